import type { Contact, ContactNotes } from './clock-guard/contact.js';
import { ClockEvidence } from './clock-guard/evidence.js';
import { CLOCK_RESET, isFallen, noteReset, resetOf } from './clock-guard/reset.js';
import { parseOffset, renderOffset } from './clock-guard/words.js';
import type { Log } from './log.js';

export interface ClockGuardSettings {
  /** A device whose clock is off by more is named in log and status. */
  readonly warnSeconds: number;
  /** Null: only FK devices whose clock reads before 2020, which nobody sets it to on purpose. */
  readonly autoSet: boolean | null;
}

export interface ClockGuardParts {
  readonly settings: ClockGuardSettings;
  readonly log: Log;
  /** False while this PC's own clock is in doubt. */
  readonly isPcRight: () => boolean;
}

/** The device's offset as last proven, and when a set-time was given because of it ('' when it was right since). */
const OFFSET = 'clockOffsetSeconds';
const SET_QUEUED = 'clockSetQueuedAt';
/** The fkweb dialect's own note of a clock that it set in its answer to a poll. */
const SET_SENT = 'clockSetSentAt';
/** Less is network, not news: each fact that changes costs a commit. */
/** More devices than any office has; of made-up ones beyond, each wrong clock is said again. */
const MOST_WRONG = 20_000;
const NOISE_SECONDS = { told: 2, event: 10 };

/**
 * Watches the clocks of devices. Punches keep the time their device told (law 5), so a wrong clock is said, and where
 * it is allowed set, once: not again until the clock was seen right in between.
 *
 *   unknown -> right | wrong     the first proof
 *   right   -> wrong             said once; set-time becomes due where it is allowed
 *   wrong   -> right             said once; another set-time is allowed from now on
 */
export class ClockGuard {
  readonly #parts: ClockGuardParts;
  readonly #evidence = new ClockEvidence();
  readonly #wrong = new Set<string>();
  readonly #due = new Set<string>();

  constructor(parts: ClockGuardParts) {
    this.#parts = parts;
  }

  /** Whether any device's clock may be set now. */
  get maySet(): boolean {
    return this.#parts.settings.autoSet !== false && this.#parts.isPcRight();
  }

  contact(contact: Contact): ContactNotes {
    const { proven, event } = this.#evidence.weigh(contact);
    const known = parseOffset(factOf(contact, OFFSET));
    const fallen = event !== null && isFallen(contact, event.seconds) ? event : null;
    const reset = noteReset(contact, { offset: (proven ?? fallen)?.seconds ?? null, known });
    // A clock that fell back decades is believed at once: no delay is that long.
    const believed = proven ?? (reset === null ? null : fallen);
    const facts: Record<string, string> = reset === null ? {} : { [CLOCK_RESET]: reset };
    if (believed !== null) {
      const noise = NOISE_SECONDS[believed.kind];
      if (known === null || Math.abs(believed.seconds - known) > noise)
        facts[OFFSET] = String(believed.seconds);
      Object.assign(facts, this.#judge(contact, believed.seconds));
    } else if (contact.reading.facts.clockSetAt !== undefined && known !== null) {
      // Somebody set it by hand: how it stands now is not known.
      facts[OFFSET] = '';
    }
    // What a command brought is known to come from memory.
    const isConcerned =
      contact.reading.commandResults.length === 0 &&
      contact.reading.punches.some(({ suspect }) => suspect === 'before-2020');
    return { facts, clockReset: isConcerned ? resetOf(contact, reset) : null };
  }

  /** Devices whose clock is to be set, each named once. */
  takeDue(): readonly string[] {
    const due = [...this.#due];
    this.#due.clear();
    return due;
  }

  #judge(contact: Contact, offset: number): Record<string, string> {
    const { settings, log } = this.#parts;
    const { sn } = contact;
    const isWrong = Math.abs(offset) > settings.warnSeconds;
    const wasWrong = this.#wrong.has(sn);
    this.#note(sn, isWrong);
    const fields = { deviceSn: sn, offsetSeconds: offset };
    if (isWrong && !wasWrong) {
      const remedy = `hip devices command ${sn} set-time sets it`;
      log.warn(fields, `The clock of device ${sn} is ${renderOffset(offset)}; ${remedy}.`);
    }
    if (!isWrong && wasWrong) log.info(fields, `The clock of device ${sn} is right again.`);
    if (!isWrong) return factOf(contact, SET_QUEUED) ? { [SET_QUEUED]: '' } : {};
    if (!this.#isToBeSet(contact, offset)) return {};
    this.#due.add(sn);
    log.info(fields, `The clock of device ${sn} will be set at its next call.`);
    return { [SET_QUEUED]: contact.context.receivedAt.toISOString() };
  }

  #note(sn: string, isWrong: boolean): void {
    if (!isWrong) this.#wrong.delete(sn);
    else if (this.#wrong.size < MOST_WRONG) this.#wrong.add(sn);
  }

  #isToBeSet(contact: Contact, offset: number): boolean {
    const { autoSet } = this.#parts.settings;
    const isWanted = autoSet ?? (contact.dialect === 'fkweb' && isFallen(contact, offset));
    const wasDone = [SET_QUEUED, SET_SENT].some(
      (name) => contact.reading.facts[name] || factOf(contact, name),
    );
    return isWanted && !wasDone && this.maySet;
  }
}

function factOf({ sn, context }: Contact, name: string): string | undefined {
  return context.device(sn)?.facts[name];
}
