/** `hip serve` as it is shipped, in a process of its own, on a fresh journal. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin', 'run.js');
const START_TIMEOUT_MS = 30_000;

/** @param folder empty; holds the journal, the log and an empty configuration */
export async function startHip(folder) {
  const config = join(folder, 'config.json');
  writeFileSync(config, '{"serve":{}}');
  const args = [
    PROGRAM,
    'serve',
    '--config',
    config,
    '--data-dir',
    folder,
    '--host',
    '127.0.0.1',
    '--port',
    '0',
  ];
  const env = { ...process.env, HIP_LOG_LEVEL: 'warn' };
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const statusUrl = await waitForStatusUrl(folder, child);
  const status = async () => (await fetch(statusUrl)).json();
  const { port } = (await status()).listener.listening;
  return {
    port,
    pid: child.pid,
    status,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function waitForStatusUrl(folder, child) {
  for (const startMs = performance.now(); performance.now() - startMs < START_TIMEOUT_MS; ) {
    if (child.exitCode !== null) throw new Error(`hip serve ended with exit code ${child.exitCode}`);
    const url = readStatusUrl(folder);
    if (url) return url;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('hip serve did not start');
}

function readStatusUrl(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'serve.json'), 'utf8')).statusUrl;
  } catch {
    // Not there yet, or only half of it.
    return null;
  }
}
