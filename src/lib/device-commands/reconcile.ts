import type { CommandRecord, Journal, StoredPunch } from '../journal/journal.js';
import { queueCommand } from './queue.js';
import type { Verb } from './verbs.js';
import { type WaitParts, waitForCommand } from './wait.js';

export interface ReconcileParts extends Omit<WaitParts, 'journal'> {
  readonly journal: Pick<Journal, 'commands' | 'enqueueCommand' | 'deviceDialect' | 'punches'>;
}

/** One day of one device; keys are those of `hip devices reconcile --json`. */
export interface Reconciliation {
  readonly deviceSn: string;
  /** `YYYY-MM-DD`, the device's own. */
  readonly day: string;
  /** `no-answer`: the device was not heard in time, and nothing is known. */
  readonly outcome: 'compared' | 'refused' | 'no-answer';
  /** Punches that the device holds of the day; null when it did not say. */
  readonly device: number | null;
  /** Punches of the device and day that the journal held before. */
  readonly journal: number;
  /** What the journal did not have. The device has sent it again meanwhile, and it is stored now. */
  readonly missing: readonly Pick<StoredPunch, 'userId' | 'time' | 'status' | 'verify'>[];
  /**
   * What the device counts beyond all that is stored of it: punches that came under another name (files, the plain
   * dialect) and stay with it, or that its memory holds twice.
   */
  readonly elsewhere: number;
}

interface Day {
  readonly deviceSn: string;
  readonly day: string;
}

/**
 * Asks for the device's own count of the day; where it is above the journal's, or where the family has no count, for
 * the punches themselves.
 */
export async function reconcileDay(parts: ReconcileParts, asked: Day): Promise<Reconciliation> {
  const before = punchesOf(parts, asked);
  const counts = isCounting(parts, asked.deviceSn);
  const counted = counts ? await ask(parts, asked, 'count') : undefined;
  const count = counted?.state === 'done' ? countOf(counted) : null;
  if (counts && counted?.state !== 'done' && counted?.state !== 'failed')
    return report(asked, before, 'no-answer');
  if (count !== null && count <= before.length)
    return { ...report(asked, before, 'compared'), device: count, missing: [] };
  const sent = await ask(parts, asked, 'resend');
  if (sent?.state !== 'done') {
    const outcome = sent?.state === 'failed' ? 'refused' : 'no-answer';
    return { ...report(asked, before, outcome), device: count };
  }
  const after = punchesOf(parts, asked);
  const known = new Set(before.map(identityOf));
  const missing = after.filter((punch) => !known.has(identityOf(punch)));
  const device = count ?? countOf(sent);
  return {
    ...report(asked, before, 'compared'),
    device,
    missing: missing.map(({ userId, time, status, verify }) => ({ userId, time, status, verify })),
    elsewhere: Math.max(0, (device ?? 0) - after.length),
  };
}

function report(
  { deviceSn, day }: Day,
  before: readonly StoredPunch[],
  outcome: Reconciliation['outcome'],
): Reconciliation {
  return { deviceSn, day, outcome, device: null, journal: before.length, missing: [], elsewhere: 0 };
}

/** The FK family counts with what it sends again. A device that has not called yet is asked like most are. */
function isCounting({ journal }: ReconcileParts, deviceSn: string): boolean {
  return journal.deviceDialect(deviceSn) !== 'fkweb';
}

async function ask(
  parts: ReconcileParts,
  { deviceSn, day }: Day,
  verb: Verb,
): Promise<CommandRecord | undefined> {
  const { id } = queueCommand(parts.journal, { deviceSn, verb, range: rangeOf(day) });
  return waitForCommand(parts, { deviceSn, id });
}

/** `AttlogSum` by the specification, `AttlogCount` by the vendor's public client (adms.md 11.2); FK: log-result.ts. */
function countOf({ detail }: CommandRecord): number | null {
  const count = /^(?:AttlogSum|AttlogCount|punches)=(\d{1,9})$/im.exec(detail ?? '')?.[1];
  return count === undefined ? null : Number(count);
}

function punchesOf({ journal }: ReconcileParts, { deviceSn, day }: Day): StoredPunch[] {
  return [...journal.punches({ deviceSn, ...rangeOf(day) })];
}

function rangeOf(day: string): { readonly from: string; readonly to: string } {
  return { from: `${day} 00:00:00`, to: `${day} 23:59:59` };
}

function identityOf({ userId, time }: StoredPunch): string {
  return `${time} ${userId}`;
}
