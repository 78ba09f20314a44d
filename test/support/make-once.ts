import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * A folder that is slow to make and used by many test files, which run side by side: one makes it, the others wait.
 * Kept for the next run; never seen half made.
 */
export async function makeOnce(folder: string, make: (making: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const release = await lock(`${folder}.lock`);
  try {
    if (existsSync(folder)) return folder;
    const making = mkdtempSync(`${folder}.`);
    try {
      await make(making);
      renameSync(making, folder);
    } finally {
      rmSync(making, { recursive: true, force: true });
    }
  } finally {
    await release();
  }
  return folder;
}

/** Also released when this process is killed: its end closes what the holder of the lock reads. */
async function lock(file: string): Promise<() => Promise<void>> {
  const holder = spawn('flock', [file, 'sh', '-c', 'echo held; cat > /dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const failed = once(holder, 'exit').then(() => {
    throw new Error(`flock ${file} ended at once`);
  });
  await Promise.race([once(holder.stdout, 'data'), failed]);
  failed.catch(() => undefined);
  return async () => {
    const gone = holder.exitCode === null ? once(holder, 'exit') : null;
    holder.stdin.end();
    await gone;
  };
}
