import type { Writable } from 'node:stream';
import { countPunches } from '../../count.js';
import type { StoredPunch } from '../../journal/journal.js';
import { written } from '../terminal/output.js';
import { renderTable } from '../terminal/table.js';
import { wrapText } from '../terminal/wrap.js';

/** The keys of a JSON export and the columns of a CSV one; a contract (README, "Commands"). */
const FIELDS = [
  'deviceSn',
  'userId',
  'time',
  'status',
  'verify',
  'workCode',
  'raw',
  'source',
  'receivedAt',
  'state',
  'suspect',
] as const;

/** Why it was rejected stands last, behind all that was there before. */
const CSV_FIELDS = [...FIELDS, 'error'] as const;

export type PunchListFormat = 'table' | 'csv' | 'ndjson';

/** A write for each line would cost more than making it. */
const CHUNK_CHARACTERS = 65_536;
const MOST_REASONS = 10;

/**
 * Writes punches as they come from the journal; millions of them need no more memory than a few. Ends early where
 * nobody reads on.
 */
export async function renderPunches(
  punches: Iterable<StoredPunch>,
  format: PunchListFormat,
  out: Writable & { readonly isTTY?: boolean; readonly columns?: number },
): Promise<void> {
  if (format === 'table') {
    out.write(`${await renderPunchTable([...punches], out.isTTY ? (out.columns ?? 80) : undefined)}\n`);
    return;
  }
  let chunk = format === 'csv' ? `${CSV_FIELDS.join(',')}\r\n` : '';
  for (const punch of punches) {
    chunk += format === 'csv' ? `${csvLine(punch)}\r\n` : `${JSON.stringify(exportOf(punch))}\n`;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    if (!(await written(out, chunk))) return;
    chunk = '';
  }
  await written(out, chunk);
}

export type PunchExport = Pick<StoredPunch, (typeof FIELDS)[number]> & { readonly error?: string };

/** One item of a JSON export; a rejected punch also says why. */
export function exportOf(punch: StoredPunch): PunchExport {
  const item = Object.fromEntries(FIELDS.map((field) => [field, punch[field]])) as unknown as PunchExport;
  return punch.error === null ? item : { ...item, error: punch.error };
}

function csvLine(punch: StoredPunch): string {
  return CSV_FIELDS.map((field) => csvCell(punch[field])).join(',');
}

/**
 * RFC 4180, and a leading apostrophe for text that a spreadsheet would run as a formula: a user id comes from a
 * device that anyone on the network can imitate.
 */
function csvCell(value: string | number | null): string {
  if (value === null || typeof value === 'number') return String(value ?? '');
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

async function renderPunchTable(punches: readonly StoredPunch[], width: number | undefined): Promise<string> {
  if (punches.length === 0) return 'No punches.';
  const table = await renderTable<StoredPunch>(
    [
      { title: 'TIME', value: (punch) => punch.time },
      { title: 'USER', value: (punch) => punch.userId, shrink: true },
      { title: 'STATUS', value: (punch) => punch.status, align: 'right' },
      { title: 'VERIFY', value: (punch) => punch.verify, align: 'right' },
      { title: 'DEVICE', value: (punch) => punch.deviceSn, shrink: true },
      { title: 'STATE', value: (punch) => punch.state },
      { title: 'NOTE', value: (punch) => punch.error ?? punch.suspect, shrink: true },
    ],
    punches,
    width,
  );
  return width === undefined ? table : [table, ...renderReasons(punches, width)].join('\n');
}

/** Whole, since the column cuts them; thousands of punches are mostly rejected for one and the same. */
function renderReasons(punches: readonly StoredPunch[], width: number): string[] {
  const counts = new Map<string, number>();
  for (const { error } of punches) if (error !== null) counts.set(error, (counts.get(error) ?? 0) + 1);
  if (counts.size === 0) return [];
  const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, MOST_REASONS);
  const lines = most.map(([error, count]) => {
    const text = `${countPunches(count)}: ${error.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')}`;
    return wrapText(text, width - 2).join('\n  ');
  });
  return ['', 'Rejected by the database, in its words:', ...lines.map((line) => `  ${line}`)];
}
