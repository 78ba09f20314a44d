import type { Contact } from './clock-guard/contact.js';
import { parseOffset, renderSpan } from './clock-guard/words.js';
import { openCommands, queueCommand } from './device-commands/queue.js';
import { ASKED_FOR_ALL, type Reading } from './dialects/dialect.js';
import type { Journal } from './journal/journal.js';
import type { Log } from './log.js';
import { wallSeconds, wallText } from './punch.js';
import type { WallClock } from './time-zone.js';

export interface BackfillParts {
  readonly journal: Pick<
    Journal,
    'devices' | 'deviceState' | 'deviceDialect' | 'append' | 'commands' | 'enqueueCommand'
  >;
  readonly wallClock: WallClock;
  readonly log: Log;
}

/** What a device is to be asked for: everything, or what it noted since it was last heard. */
interface Due {
  /** When it was last heard before, ms; null for everything. */
  readonly fromMs: number | null;
  readonly toMs: number;
  /** Not before. */
  atMs: number;
}

/** Devices poll every few seconds to minutes; a router that restarts is no gap. */
const GAP_MS = 600_000;
/** First a new device gives what it has by itself, and two floods at one time help nobody: so many polls in a row. */
const SETTLED_POLLS = 10;
/** While an earlier question for punches is open, another one waits. */
const AGAIN_MS = 60_000;
/** After a night's outage thousands are due at once; their answers, and the questions, are spread over time. */
const ASKED_PER_TURN = 50;
/** More devices than any office has; above it is seen which of them the journal still knows. */
const MOST_REMEMBERED = 20_000;
/** The clocks of device and PC differ, and so do what was last seen and what was last stored. */
const MARGIN_SECONDS = 3_600;
/** These fetch commands; the others only send. */
const ASKABLE: ReadonlySet<string> = new Set(['adms', 'adms-security', 'fkweb']);

/**
 * Asks devices to send again what may have been missed: after more than ten minutes of silence (this program was
 * away, or the device was) what it noted meanwhile, and in a journal that never asked it, everything. Once per gap;
 * what is known already stays single (law 2). Nothing but `resend` is ever given, and one at a time per device.
 */
export class Backfill {
  readonly #parts: BackfillParts;
  readonly #heardMs: Map<string, number>;
  readonly #due = new Map<string, Due>();
  /** Of devices that were never asked: polls in a row that brought nothing. */
  readonly #idlePolls = new Map<string, number>();

  #forgetAbove = MOST_REMEMBERED;

  constructor(parts: BackfillParts) {
    this.#parts = parts;
    this.#heardMs = new Map(
      parts.journal.devices().map(({ sn, lastSeenAt }) => [sn, Date.parse(lastSeenAt)]),
    );
  }

  contact({ sn, dialect, reading, context }: Contact): void {
    if (!ASKABLE.has(dialect)) return;
    const nowMs = context.receivedAt.getTime();
    const heardMs = this.#heardMs.get(sn);
    this.#heardMs.set(sn, nowMs);
    const stamps = { ...context.device(sn)?.stamps, ...reading.stamps };
    if (stamps[ASKED_FOR_ALL] === undefined) {
      if (this.#hasSettled(sn, reading)) this.#due.set(sn, { fromMs: null, toMs: nowMs, atMs: nowMs });
    } else if (heardMs !== undefined && nowMs - heardMs > GAP_MS) {
      const fromMs = this.#due.get(sn)?.fromMs ?? heardMs;
      this.#due.set(sn, { fromMs, toMs: nowMs, atMs: nowMs });
    }
  }

  #hasSettled(sn: string, { lines, commandResults }: Reading): boolean {
    const isIdle = lines === 0 && commandResults.length === 0;
    const polls = isIdle ? (this.#idlePolls.get(sn) ?? 0) + 1 : 0;
    this.#idlePolls.set(sn, polls);
    return polls >= SETTLED_POLLS && !this.#due.has(sn);
  }

  /**
   * Gives the questions that are due.
   * @throws {JournalUnavailable} and {HipError} when too many commands wait; what was due then stays so
   */
  async turn(nowMs: number): Promise<void> {
    if (this.#heardMs.size > this.#forgetAbove) this.#forgetForgotten();
    let asked = 0;
    for (const [sn, due] of this.#due) {
      if (due.atMs > nowMs) continue;
      if (asked === ASKED_PER_TURN) return;
      asked += 1;
      due.atMs = nowMs + AGAIN_MS;
      if (this.#isBeingAsked(sn)) continue;
      await this.#ask(sn, due);
      // A gap that was noted meanwhile is another one.
      if (this.#due.get(sn) === due) this.#due.delete(sn);
    }
  }

  /** What the journal has forgotten, as it does with serial numbers that only call. */
  #forgetForgotten(): void {
    for (const sn of this.#heardMs.keys()) {
      if (this.#parts.journal.deviceState(sn) !== undefined) continue;
      this.#heardMs.delete(sn);
      this.#idlePolls.delete(sn);
      this.#due.delete(sn);
    }
    this.#forgetAbove = Math.max(MOST_REMEMBERED, 2 * this.#heardMs.size);
  }

  #isBeingAsked(sn: string): boolean {
    return openCommands(this.#parts.journal.commands(sn)).some(({ verb }) => verb === 'resend');
  }

  async #ask(sn: string, { fromMs, toMs }: Due): Promise<void> {
    const { journal, log } = this.#parts;
    const state = journal.deviceState(sn);
    // Forgotten meanwhile.
    if (state === undefined) return;
    if (fromMs === null) {
      this.#idlePolls.delete(sn);
      // A handshake may have asked meanwhile.
      if (state.stamps[ASKED_FOR_ALL] === undefined) await this.#askForAll(sn, new Date(toMs));
      return;
    }
    const offset = parseOffset(state.facts.clockOffsetSeconds) ?? 0;
    queueCommand(journal, { deviceSn: sn, verb: 'resend', range: this.#range(fromMs, toMs, offset) });
    const silence = renderSpan((toMs - fromMs) / 1000);
    log.info(
      { deviceSn: sn },
      `Device ${sn} was silent for ${silence}; it is asked what it noted meanwhile.`,
    );
  }

  async #askForAll(sn: string, heardAt: Date): Promise<void> {
    const { journal, log } = this.#parts;
    queueCommand(journal, { deviceSn: sn, verb: 'resend' });
    const stamps = { [ASKED_FOR_ALL]: heardAt.toISOString() };
    await journal.append({ source: 'hip', receivedAt: heardAt, punches: [], device: { sn, stamps } });
    log.info({ deviceSn: sn }, `Device ${sn} is asked for everything it holds.`);
  }

  /** In the device's own time, as far as its clock is known to be off. */
  #range(fromMs: number, toMs: number, offset: number): { readonly from: string; readonly to: string } {
    const wall = (ms: number): number => wallSeconds(this.#parts.wallClock.text(new Date(ms)));
    return {
      from: wallText(wall(fromMs) + Math.min(0, offset) - MARGIN_SECONDS),
      to: wallText(wall(toMs) + Math.max(0, offset) + MARGIN_SECONDS),
    };
  }
}
