import { type Punch, wallSeconds } from '../punch.js';
import type { Contact } from './contact.js';

/**
 * How far a device's clock is off, as far as its requests prove it.
 *
 *   proves it by itself (`told`)
 *     FK poll           `fk_time` is read from the clock for this request (fkweb.md 1.10)
 *     access `rtstate`  `time=` likewise, every few seconds (adms.md 12)
 *   proves it together with another (`event`)
 *     a single live punch, `rtlog` row or OPLOG line: pushed within seconds (`Realtime=1`), but also after an outage,
 *     from memory, or in answer to a command, and then hours old. So the line must have been up just before, nobody
 *     may have asked for punches, and two in a row must agree a minute apart: what was held back comes all at once
 *     or each with a delay of its own, and a wrong clock goes on being wrong.
 *     One that is right on time needs no second: no delay makes an old punch new.
 *   proves nothing
 *     several punches at once (a backlog), FK punches (strictly in order, so each may have waited for others; the
 *     polls tell more), INFO (it has no clock; `MainTime` is the firmware's date), `rtdata` and `type=time` (the
 *     device asks, it does not tell), OPLOG 0 and 1 (wait for the network), OPLOG 21 (old or new time?), stamps.
 */
export interface ClockOffset {
  /** Device minus this PC. */
  readonly seconds: number;
  readonly kind: 'told' | 'event';
}

/** Polls come every 10 to 60 s while the line is up. */
const LINE_UP_MS = 90_000;
/** A month of punches takes minutes to send again. */
const RESEND_MS = 900_000;
/** Two live punches of one clock differ by network and processing. */
const AGREE_SECONDS = 10;
const APART_MS = 60_000;
const ON_TIME_SECONDS = 30;

/** Serial numbers are free to invent; beyond this the trails begin anew. */
const MAX_TRAILS = 20_000;

interface Trail {
  contactMs: number;
  resendMs: number;
  /** The earlier one that the next has to agree with. */
  event: { readonly seconds: number; readonly atMs: number } | null;
}

export interface Weighed {
  /** Null when the contact proves nothing. */
  readonly proven: ClockOffset | null;
  /** A live event that stands alone so far; null when there is none. */
  readonly event: ClockOffset | null;
}

export class ClockEvidence {
  readonly #trails = new Map<string, Trail>();

  weigh(contact: Contact): Weighed {
    const nowMs = contact.context.receivedAt.getTime();
    const trail = this.#trails.get(contact.sn) ?? {
      contactMs: Number.NEGATIVE_INFINITY,
      resendMs: Number.NEGATIVE_INFINITY,
      event: null,
    };
    const isUp = nowMs - trail.contactMs <= LINE_UP_MS && nowMs - trail.resendMs > RESEND_MS;
    trail.contactMs = nowMs;
    if (handsOutResend(contact)) trail.resendMs = nowMs;
    if (this.#trails.size >= MAX_TRAILS) this.#trails.clear();
    this.#trails.set(contact.sn, trail);
    const offset = offsetOf(contact);
    if (offset?.kind !== 'event') return { proven: offset, event: null };
    return isUp ? weighEvent(trail, offset, nowMs) : { proven: null, event: null };
  }
}

function weighEvent(trail: Trail, event: ClockOffset, nowMs: number): Weighed {
  const before = trail.event;
  const agrees = before !== null && Math.abs(event.seconds - before.seconds) <= AGREE_SECONDS;
  if (!agrees) trail.event = { seconds: event.seconds, atMs: nowMs };
  const isConfirmed = agrees && nowMs - before.atMs >= APART_MS;
  return { proven: isConfirmed || Math.abs(event.seconds) <= ON_TIME_SECONDS ? event : null, event };
}

function offsetOf({ reading, context, dialect }: Contact): ClockOffset | null {
  const clock = reading.clock ?? livePunch(reading, dialect);
  if (clock === null) return null;
  return { seconds: wallSeconds(clock.time) - wallSeconds(context.wallNow), kind: clock.kind };
}

function livePunch(
  { punches, lines }: Contact['reading'],
  dialect: string,
): { readonly time: string; readonly kind: 'event' } | null {
  const punch: Punch | undefined = punches[0];
  const isLive = dialect.startsWith('adms') && lines === 1 && punch?.precision === 'second';
  return isLive ? { time: punch.time, kind: 'event' } : null;
}

/** Before it is stored, what is handed out still stands among what waits. */
function handsOutResend({ sn, reading, context }: Contact): boolean {
  if (reading.commandsSent.length === 0) return false;
  const sent = new Set(reading.commandsSent);
  return context.pendingCommands(sn).some(({ id, verb }) => sent.has(id) && verb === 'resend');
}
