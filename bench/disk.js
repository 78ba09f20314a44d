/** What one commit must wait for: the time until 4 KiB are really on the disk of a folder. */
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const ROUNDS = 200;

/** @returns {number} median of write + fdatasync, in milliseconds */
export function measureSyncMs(folder) {
  const file = join(folder, 'sync-test');
  const block = Buffer.alloc(4096, 1);
  const fd = openSync(file, 'w');
  const times = [];
  for (let i = 0; i < ROUNDS; i++) {
    const startMs = performance.now();
    writeSync(fd, block);
    fdatasyncSync(fd);
    times.push(performance.now() - startMs);
  }
  closeSync(fd);
  rmSync(file);
  return times.sort((a, b) => a - b)[ROUNDS / 2];
}
