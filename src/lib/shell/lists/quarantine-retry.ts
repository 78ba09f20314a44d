import type { LoadedConfig } from '../../config.js';
import type { Dialect, DialectContext, WireRequest } from '../../dialects/dialect.js';
import { createDialects } from '../../dialects/index.js';
import { createWireRequest } from '../../dialects/request.js';
import type { Journal, QuarantineContent } from '../../journal/journal.js';
import type { Punch } from '../../punch.js';
import { dialectSettings } from '../../settings.js';
import { createWallClock } from '../../time-zone.js';
import { createFileRetry } from '../sync/file-retry.js';

export interface RetryResult {
  /** New punches on disk. */
  readonly stored: number;
  readonly duplicates: number;
  /** Items that still can't be read. */
  readonly remaining: number;
}

/**
 * Reads what is in quarantine again, as if it had just come in. What is read whole is stored and then leaves the
 * quarantine, in this order: a kill between the two only means that the next retry finds duplicates.
 */
export async function retryQuarantine(
  journal: Journal,
  loaded: LoadedConfig,
  dialects: readonly Dialect[] = createDialects(),
): Promise<RetryResult> {
  const context = createContext(journal, loaded);
  const files = createFileRetry(loaded);
  let stored = 0;
  let duplicates = 0;
  let remaining = 0;
  for (const { id } of journal.quarantine()) {
    const item = journal.quarantineItem(id);
    const isLine = item?.source.startsWith('file:') === true;
    const punches = !item ? null : isLine ? await files.read(item) : readAgain(item, dialects, context);
    if (!item || !punches) {
      remaining += 1;
      continue;
    }
    // Punches of a device that nobody approved wait, whichever way they come in; files are chosen by a person.
    const holdUnapproved = !isLine && loaded.config.serve.devices === 'approved';
    const result = await appendInSteps(journal, item, { punches, holdUnapproved });
    journal.discardQuarantine([id]);
    stored += result.stored;
    duplicates += result.duplicates;
  }
  return { stored, duplicates, remaining };
}

/** A database in quarantine for one row brings all its rows: other writers must come between. */
const STEP_PUNCHES = 1_000;

async function appendInSteps(
  journal: Journal,
  { source, firstSeenAt }: QuarantineContent,
  { punches, holdUnapproved }: { readonly punches: readonly Punch[]; readonly holdUnapproved: boolean },
): Promise<{ stored: number; duplicates: number }> {
  const total = { stored: 0, duplicates: 0 };
  for (let at = 0; at < punches.length; at += STEP_PUNCHES) {
    const step = punches.slice(at, at + STEP_PUNCHES);
    const { stored, duplicates } = await journal.append({
      source,
      receivedAt: new Date(firstSeenAt),
      punches: step,
      holdUnapproved,
    });
    total.stored += stored;
    total.duplicates += duplicates;
  }
  return total;
}

/** The punches of an item that can be read without rest now; null for all others. */
function readAgain(item: QuarantineContent, dialects: readonly Dialect[], context: DialectContext) {
  const request = requestOf(item);
  if (!request) return null;
  try {
    const reading = dialects.find((one) => one.claims(request))?.read(request, context);
    return reading && reading.punches.length > 0 && reading.unread.length === 0 ? reading.punches : null;
  } catch {
    // The bug that put it here is still there. It stays, and keeps nobody from reading the others.
    return null;
  }
}

/** The request that brought the item, with the unread part alone as its body. */
function requestOf(item: QuarantineContent): WireRequest | null {
  if (item.origin === null) return null;
  const origin = JSON.parse(item.origin) as { method?: string; target?: string; rawHeaders?: string[] };
  return createWireRequest({
    method: origin.method ?? 'POST',
    target: origin.target ?? '/',
    rawHeaders: origin.rawHeaders ?? [],
    httpVersion: '1.1',
    body: item.content,
    remoteAddress: '',
  });
}

function createContext(journal: Journal, loaded: LoadedConfig): DialectContext {
  const receivedAt = new Date();
  const clock = createWallClock(loaded.config.serve.timeZone);
  return {
    receivedAt,
    wallNow: clock.text(receivedAt),
    utcOffsetMinutes: clock.offsetMinutes(receivedAt),
    settings: dialectSettings(loaded),
    device: (sn) => journal.deviceState(sn),
    pendingCommands: () => [],
  };
}
