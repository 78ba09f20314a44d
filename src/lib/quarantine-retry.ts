import type { LoadedConfig } from './config.js';
import type { Dialect, DialectContext, WireRequest } from './dialects/dialect.js';
import { createDialects } from './dialects/index.js';
import { createWireRequest } from './dialects/request.js';
import type { Journal, QuarantineContent } from './journal/journal.js';
import { dialectSettings } from './settings.js';
import { createWallClock } from './time-zone.js';

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
export async function retryQuarantine(journal: Journal, loaded: LoadedConfig): Promise<RetryResult> {
  const dialects = createDialects();
  const context = createContext(journal, loaded);
  let stored = 0;
  let duplicates = 0;
  let remaining = 0;
  for (const { id } of journal.quarantine()) {
    const item = journal.quarantineItem(id);
    const punches = item ? readAgain(item, dialects, context) : null;
    if (!item || !punches) {
      remaining += 1;
      continue;
    }
    const result = await journal.append({
      source: item.source,
      receivedAt: new Date(item.firstSeenAt),
      punches,
    });
    journal.discardQuarantine([id]);
    stored += result.stored;
    duplicates += result.duplicates;
  }
  return { stored, duplicates, remaining };
}

/** The punches of an item that can be read without rest now; null for all others. */
function readAgain(item: QuarantineContent, dialects: readonly Dialect[], context: DialectContext) {
  const request = requestOf(item);
  const dialect = request && dialects.find((one) => one.claims(request));
  if (!request || !dialect) return null;
  const reading = dialect.read(request, context);
  return reading.punches.length > 0 && reading.unread.length === 0 ? reading.punches : null;
}

/** The request that brought the item, with the unread part alone as its body. */
function requestOf(item: QuarantineContent): WireRequest | null {
  if (item.origin === null || item.source.startsWith('file:')) return null;
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
