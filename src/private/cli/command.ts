// eslint-disable-next-line import/no-extraneous-dependencies -- bundled by the build
import type { Command } from 'commander';

/** Where a command writes. Files are only read. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether what is written is seen by a person on a terminal. */
  readonly isTerminal: boolean;
}

/** How a command ends. */
export enum Exit {
  FINE = 0,
  /** There are findings, or the answer is no. */
  FOUND = 1,
  /** The input or the arguments cannot be used. */
  UNUSABLE = 2,
}

/** Adds a subcommand, which tells by `end` how it ended. */
export type AddCommand = (program: Command, streams: Streams, end: (exit: Exit) => void) => void;
