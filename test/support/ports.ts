import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below what the system hands out for outgoing connections, of which floods open thousands meanwhile. */
const FIRST = 10_000;
/** For each worker of the test runner: test files run side by side. */
const SHARE = 1_500;
const WORKERS = 14;

const share = FIRST + (Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS) * SHARE;
let next = Math.floor(Math.random() * SHARE);

/** A port on loopback that nobody listens at, and that no other test is told of for a long while. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < SHARE; tried += 1) {
    next = (next + 1) % SHARE;
    if (await isFree(share + next)) return share + next;
  }
  throw new Error('no free port');
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch {
    return false;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}
