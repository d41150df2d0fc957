import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Does something that must not be done twice at the same time on this machine. Others wait until it is done; if the one who does
 * it dies, another takes over.
 */
export function once(lock: string, isDone: () => boolean, work: () => void): void {
  while (!isDone()) {
    if (!taken(lock)) {
      sleep(200);
      continue;
    }
    try {
      if (!isDone()) {
        work();
      }
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
}

function taken(lock: string): boolean {
  const owner = join(lock, 'pid');
  try {
    mkdirSync(lock);
    writeFileSync(owner, `${process.pid}`);
    return true;
  } catch {
    if (!alive(owner)) {
      rmSync(lock, { recursive: true, force: true });
    }
    return false;
  }
}

function alive(owner: string): boolean {
  try {
    process.kill(Number(readFileSync(owner, 'utf8')), 0);
    return true;
  } catch (error) {
    // The owner may be between making the lock and signing it.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
