/** What a child process of the journal's tests does; bundled and started by children.ts. */
import { Database } from '../../src/lib/journal/database.js';
import { type LockMode, openLock } from '../../src/lib/journal/lock.js';
import { openJournal } from '../../src/lib/journal/open.js';
import { type Punch, wallSeconds, wallText } from '../../src/lib/punch.js';

export type Order =
  /** Takes a lock and keeps it. */
  | { readonly does: 'lock'; readonly file: string; readonly mode: LockMode }
  /** Opens the journal and keeps it open. */
  | { readonly does: 'open'; readonly dataDir: string }
  /** Begins a transaction on the journal's file and keeps it open. */
  | { readonly does: 'write-lock'; readonly file: string }
  /** Appends a file's rows in chunks, as `hip sync` does. */
  | { readonly does: 'fill'; readonly dataDir: string; readonly rows: number; readonly deviceSn: string }
  /** Appends single punches without end and reports each that was acknowledged. */
  | { readonly does: 'append'; readonly dataDir: string; readonly deviceSn: string };

export type Report =
  | { readonly kind: 'ready'; readonly done: boolean }
  | { readonly kind: 'stored'; readonly count: number }
  | { readonly kind: 'filled'; readonly ms: number }
  | { readonly kind: 'failed'; readonly message: string };

const CHUNK = 1_000;
/** Out of the garbage collector's reach. */
const kept: unknown[] = [];

function report(message: Report): void {
  process.send?.(message);
}

/** The nth punch of a device: a second later each, and another user. */
function nthPunch(deviceSn: string, n: number): Punch {
  const userId = String(1 + (n % 500));
  const time = wallText(wallSeconds('2020-01-01 00:00:00') + n * 60);
  const raw = `${userId}\t${time}\t0\t1\t0\t0`;
  const facts = {
    status: 0,
    verify: 1,
    workCode: null,
    suspect: null,
    proven: true,
    precision: 'second',
  } as const;
  return { deviceSn, userId, time, raw, ...facts };
}

async function fill({ dataDir, rows, deviceSn }: Extract<Order, { does: 'fill' }>): Promise<void> {
  const journal = openJournal({ dataDir, background: true });
  report({ kind: 'ready', done: true });
  const startMs = performance.now();
  for (let from = 0; from < rows; from += CHUNK) {
    const punches = Array.from({ length: Math.min(CHUNK, rows - from) }, (_, n) =>
      nthPunch(deviceSn, from + n),
    );
    const line = from + punches.length;
    const checkpoint = { file: '/logs/big.txt', identity: 'x', sizeBytes: rows, offsetBytes: line, line };
    const { stored } = await journal.append({
      source: 'file:big.txt',
      receivedAt: new Date(),
      punches,
      checkpoint,
    });
    report({ kind: 'stored', count: stored });
  }
  journal.close();
  report({ kind: 'filled', ms: performance.now() - startMs });
}

async function append({ dataDir, deviceSn }: Extract<Order, { does: 'append' }>): Promise<void> {
  const journal = openJournal({ dataDir });
  report({ kind: 'ready', done: true });
  for (let n = 0; ; n += 1) {
    await journal.append({ source: 'adms', receivedAt: new Date(), punches: [nthPunch(deviceSn, n)] });
    report({ kind: 'stored', count: n + 1 });
  }
}

async function run(order: Order): Promise<void> {
  if (order.does === 'fill') return fill(order);
  if (order.does === 'append') return append(order);
  if (order.does === 'lock') report({ kind: 'ready', done: openLock(order.file, order.mode) !== null });
  if (order.does === 'open') {
    kept.push(openJournal({ dataDir: order.dataDir }));
    report({ kind: 'ready', done: true });
  }
  if (order.does === 'write-lock') {
    const db = new Database(order.file);
    db.exec('BEGIN IMMEDIATE');
    kept.push(db);
    report({ kind: 'ready', done: true });
  }
  // Until killed.
  setInterval(() => undefined, 60_000);
}

run(JSON.parse(process.argv[2]!) as Order).catch((error: unknown) => {
  report({ kind: 'failed', message: String(error) });
  process.exitCode = 1;
});
