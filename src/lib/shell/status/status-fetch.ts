import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { StatusReport } from './status.js';

/** Where `hip serve` notes its status address, in the data folder. */
export const SERVE_NOTE = 'serve.json';

/** A loopback answer takes milliseconds; a busy listener gets a little more. */
const ENDPOINT_TIMEOUT_MS = 3_000;

export interface StatusPlace {
  /** Null where the settings are not for our eyes: then whoever answers speaks for this PC. */
  readonly dataDir: string | null;
  /** `serve.statusPort`; 0 is switched off. */
  readonly statusPort: number;
}

/** What a running `hip serve` tells on the loopback address; null when nobody does. */
export async function fetchStatus({ dataDir, statusPort }: StatusPlace): Promise<StatusReport | null> {
  const urls = [
    dataDir === null ? null : notedUrl(dataDir),
    statusPort === 0 ? null : `http://127.0.0.1:${statusPort}/api/v1/status`,
  ];
  for (const url of new Set(urls)) {
    if (url === null) continue;
    const report = await fetchReport(url);
    // Another hip on this PC may answer on that port: only the one on our journal speaks for us.
    if (report && (dataDir === null || dirname(report.journal.path) === dataDir)) return report;
  }
  return null;
}

/** By the plain client: `fetch` loads a stack of its own, and the first call of a short command would wait for it. */
async function fetchReport(url: string): Promise<StatusReport | null> {
  try {
    const request = get(url, { agent: false, signal: AbortSignal.timeout(ENDPOINT_TIMEOUT_MS) });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const said = await json(response);
    return response.statusCode === 200 ? (said as StatusReport) : null;
  } catch {
    // Nobody there, or somebody else: whoever asks has other ways.
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
