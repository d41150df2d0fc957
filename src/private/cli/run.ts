// eslint-disable-next-line import/no-extraneous-dependencies -- bundled by the build
import { Command, CommanderError } from 'commander';
import { addCheck } from './check';
import { AddCommand, Exit, Streams } from './command';
import { addInventory } from './inventory';

const COMMANDS: readonly AddCommand[] = [addCheck, addInventory];

/** Does what the arguments say. */
export function run(args: readonly string[], streams: Streams): Exit {
  let exit = Exit.FINE;
  const program = new Command('cdk8s-istio')
    .description('Tools for Istio manifests, wherever they come from')
    .exitOverride()
    .configureOutput({ writeOut: streams.out, writeErr: streams.err });
  for (const add of COMMANDS) add(program, streams, end => { exit = end; });
  for (const command of program.commands) command.copyInheritedSettings(program);
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? Exit.FINE : Exit.UNUSABLE;
  }
  return exit;
}
