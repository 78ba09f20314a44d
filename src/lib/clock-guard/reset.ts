import { wallSeconds, wallText } from '../punch.js';
import type { ClockReset, Contact } from './contact.js';

/**
 * Clocks that fell back to their factory date (2000-01-01, 2015-01-01: fkweb.md 1.9) and run on from there. Each
 * time they show the same hours again, so a punch of the second time can equal one of the first without being it.
 *
 *   right -> fallen    the clock shows a time before 2020, and less than it was known to show
 *   fallen -> fallen   it shows less than it would by now: it fell back once more
 *   fallen -> right    somebody set it; the stretch stays known, for punches that come late
 *
 * Kept as the fact `clockReset`: `<since, ISO UTC>|<from>|<to>`, device times, `to` empty while it lasts.
 */
export const CLOCK_RESET = 'clockReset';

const SANE_FROM = '2020';
/** More than polls and their way differ. */
const JUMP_SECONDS = 120;
/** What the clock may have run before the device had its network and was heard. */
const UNHEARD_SECONDS = 3_600;

export interface Seen {
  /** Device minus this PC, now; null when the contact shows nothing. */
  readonly offset: number | null;
  /** As known before; null when it is not. */
  readonly known: number | null;
}

/** The fact as it is from now on; null when it stays as it was. */
export function noteReset(contact: Contact, { offset, known }: Seen): string | null {
  if (offset === null) return null;
  const { context } = contact;
  const shown = deviceTime(contact, offset);
  if (shown < SANE_FROM) {
    if (known === null || offset > known - JUMP_SECONDS) return null;
    return `${context.receivedAt.toISOString()}|${wallText(wallSeconds(shown) - UNHEARD_SECONDS)}|`;
  }
  const [since, from, to] = partsOf(contact);
  return since !== '' && to === '' ? `${since}|${from}|${runTo(contact, since, from)}` : null;
}

/** @param fact as it is from now on; null for the one that is known */
export function resetOf(contact: Contact, fact: string | null): ClockReset | null {
  const [since, from, to] = partsOf(contact, fact);
  return since === '' ? null : { since: new Date(since), from, to: to || runTo(contact, since, from) };
}

/** What the clock shows by now if nobody set it. */
function runTo({ context }: Contact, since: string, from: string): string {
  const seconds = (context.receivedAt.getTime() - Date.parse(since)) / 1000;
  return wallText(wallSeconds(from) + UNHEARD_SECONDS + Math.ceil(seconds) + JUMP_SECONDS);
}

export function isFallen(contact: Contact, offset: number): boolean {
  return deviceTime(contact, offset) < SANE_FROM;
}

function deviceTime({ context }: Contact, offset: number): string {
  return wallText(wallSeconds(context.wallNow) + offset);
}

function partsOf({ sn, context }: Contact, fact: string | null = null): [string, string, string] {
  const [since = '', from = '', to = ''] = (fact ?? context.device(sn)?.facts[CLOCK_RESET] ?? '').split('|');
  return [since, from, to];
}
