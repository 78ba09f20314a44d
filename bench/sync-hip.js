/** The built program, run to its end on a fresh journal. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin', 'run.js');
const LOOK_MS = 100;

/** @returns from the start of the process to its end: `seconds`, `cpuSeconds` (all threads), `peakMb` */
export async function runSync({ folder, logDir, port, lines }) {
  const dataDir = mkdtempSync(join(folder, 'data-'));
  const { stdout, ...measured } = await runHip(['sync', '--log-dir', logDir, '--json'], {
    port,
    dataDir,
  });
  const { totals, delivered, waiting } = JSON.parse(stdout);
  rmSync(dataDir, { recursive: true });
  if (totals.punches !== lines || delivered !== lines || waiting !== 0) {
    throw new Error(`hip sync left something: ${JSON.stringify({ totals, delivered, waiting })}`);
  }
  return measured;
}

export async function runHip(args, { port, dataDir, code: expected = 0 }) {
  const folder = mkdtempSync(join(tmpdir(), 'hip-bench-config-'));
  const config = join(folder, 'config.json');
  const database = { host: '127.0.0.1', port, user: 'root', password: '', database: 'hip_bench' };
  writeFileSync(config, JSON.stringify({ database }));
  const all = [PROGRAM, ...args, '--config', config, '--data-dir', dataDir ?? folder];
  const startMs = performance.now();
  const child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'inherit'] });
  const seen = { peakMb: 0, cpuSeconds: 0 };
  const look = setInterval(() => {
    seen.peakMb = Math.max(seen.peakMb, peakOf(child.pid));
    seen.cpuSeconds = Math.max(seen.cpuSeconds, cpuOf(child.pid));
  }, LOOK_MS);
  let stdout = '';
  child.stdout.on('data', (bytes) => {
    stdout += bytes;
  });
  const [code] = await once(child, 'close');
  clearInterval(look);
  rmSync(folder, { recursive: true, force: true });
  if (code !== expected) throw new Error(`hip ${args[0]} ended with ${code}: ${stdout}`);
  return { seconds: (performance.now() - startMs) / 1000, ...seen, stdout };
}

/** The most that ever was resident, in MB, as Linux keeps it. */
function peakOf(pid) {
  try {
    const [, kib] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kib ?? 0) / 1024;
  } catch {
    // Gone by now, or no Linux.
    return 0;
  }
}

/** Processor time of a process so far, in seconds; 0 where nobody tells. */
export function cpuOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    // User and system, in hundredths of a second (USER_HZ).
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    // Gone by now, or no Linux.
    return 0;
  }
}
