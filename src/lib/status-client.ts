import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createSink, withJournal } from './app.js';
import type { LoadedConfig } from './config.js';
import { silentLog } from './log.js';
import { SERVE_NOTE } from './serve-app.js';
import { reportStatus, type StatusReport, sayFault } from './status.js';
import { recallSources } from './sync-status.js';

/** A loopback answer takes milliseconds; a busy listener gets a little more. */
const ENDPOINT_TIMEOUT_MS = 3_000;

/**
 * The status of the journal of these settings: told by a running `hip serve` where there is one (so that a user
 * without rights on the journal sees it too), else read from the journal itself.
 */
export async function readStatus(loaded: LoadedConfig, version: string): Promise<StatusReport> {
  return (await fetchStatus(loaded)) ?? (await lookMyself(loaded, version));
}

async function fetchStatus(loaded: LoadedConfig): Promise<StatusReport | null> {
  const { statusPort } = loaded.config.serve;
  const urls = [
    notedUrl(loaded.dataDir),
    statusPort === 0 ? null : `http://127.0.0.1:${statusPort}/api/v1/status`,
  ];
  for (const url of new Set(urls)) {
    if (url === null) continue;
    const report = await fetchReport(url);
    // Another hip on this PC may answer on that port: only the one on our journal speaks for us.
    if (report && dirname(report.journal.path) === loaded.dataDir) return report;
  }
  return null;
}

async function fetchReport(url: string): Promise<StatusReport | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ENDPOINT_TIMEOUT_MS) });
    return response.ok ? ((await response.json()) as StatusReport) : null;
  } catch {
    // Nobody there, or somebody else: the journal itself can still be asked.
    return null;
  }
}

function notedUrl(dataDir: string): string | null {
  try {
    const note = JSON.parse(readFileSync(join(dataDir, SERVE_NOTE), 'utf8')) as { statusUrl?: unknown };
    return typeof note.statusUrl === 'string' ? note.statusUrl : null;
  } catch {
    // No note, or not for our eyes: the configured port is the next place to look.
    return null;
  }
}

async function lookMyself(loaded: LoadedConfig, version: string): Promise<StatusReport> {
  const sink = await createSink(loaded, silentLog);
  try {
    const probe = await sink?.probe();
    return await withJournal(loaded, (journal) => {
      const { warnSeconds } = loaded.config.clock;
      const sources = recallSources(loaded, journal, new Date());
      const report = reportStatus({ version, journal, sink, warnSeconds, sources });
      const fault = probe?.faults[0];
      const error = fault ? sayFault(fault) : null;
      return { ...report, sink: { ...report.sink, reachable: probe?.reachable ?? null, error } };
    });
  } finally {
    await sink?.close();
  }
}
