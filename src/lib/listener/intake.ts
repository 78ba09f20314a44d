import type { ContactNotes } from '../clock-guard/contact.js';
import type { DeviceCare } from '../device-care.js';
import type {
  Dialect,
  DialectContext,
  DialectSettings,
  Reading,
  Reply,
  WireRequest,
} from '../dialects/dialect.js';
import { textReply } from '../dialects/dialect.js';
import { hasPathPrefix } from '../dialects/request.js';
import { messageOf } from '../errors.js';
import type { Journal, JournalEntry } from '../journal/journal.js';
import type { Log } from '../log.js';
import type { WallClock } from '../time-zone.js';
import { originOf } from './origin.js';
import { LOG_EVERY_MS, type Outage } from './outage.js';
import { RateLimit } from './rate-limit.js';
import { bodyWithoutSecrets } from './secrets.js';
import type { Traffic } from './traffic.js';

export type IntakeJournal = Pick<Journal, 'append' | 'deviceState' | 'pendingCommands'>;

export interface IntakeParts {
  readonly dialects: readonly Dialect[];
  readonly settings: DialectSettings;
  readonly holdUnapproved: boolean;
  readonly journal: IntakeJournal;
  readonly wallClock: WallClock;
  readonly nowMs: () => number;
  readonly log: Log;
  readonly traffic: Traffic;
  readonly outage: Outage;
  readonly limits: RequestLimits;
  readonly care: Pick<DeviceCare, 'contact' | 'maySetClocks'> | null;
}

/** What is asked of a request before and beside its dialect. */
export interface RequestLimits {
  /** Only requests below this path are anybody's; null where all are. */
  readonly requiredPrefix: string | null;
  /** A minute; 0 is no limit. */
  readonly perAddress: number;
  readonly perDevice: number;
}

/** Fragments hold at most this much (contract of `Fragment`). */
const FRAGMENT_BYTES = 65_536;

/** For input whose dialect threw: `response_code` is what FK firmware reads, others ignore it. */
const QUARANTINED_REPLY: Reply = {
  status: 200,
  headers: [
    ['Content-Type', 'text/plain'],
    ['response_code', 'OK'],
  ],
  body: 'OK',
};
const NOTHING = new Uint8Array();
const TRY_AGAIN_REPLY = textReply(503, 'TRY AGAIN\n');

/** Complete request in, reply out: dialect choice, commit, then answer (law 1). */
export class Intake {
  readonly requestsPerDialect: Record<string, number> = {};
  readonly #parts: IntakeParts;
  #context: DialectContext;
  /** When a failure of a dialect was last logged: one wrong body may come again every few seconds. */
  readonly #reportedMs = new Map<string, number>();
  readonly #perAddress: RateLimit;
  readonly #perDevice: RateLimit;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#perAddress = new RateLimit(parts.limits.perAddress);
    this.#perDevice = new RateLimit(parts.limits.perDevice);
    this.#context = this.#createContext(parts.nowMs());
  }

  /** Calls `respond` exactly once: at once, or when the journal has committed or failed to. */
  answer(request: WireRequest, respond: (reply: Reply | null) => void): void {
    const { traffic } = this.#parts;
    traffic.counts.requests += 1;
    const dialect = this.#claimant(request);
    if (!dialect) {
      respond(null);
      return;
    }
    if (!this.#perAddress.admits(request.remoteAddress, this.#parts.nowMs())) {
      traffic.counts.rateLimited += 1;
      respond(this.refuse({ ...request, body: NOTHING }, 429));
      return;
    }
    this.requestsPerDialect[dialect.name] = (this.requestsPerDialect[dialect.name] ?? 0) + 1;
    let reading: Reading;
    try {
      reading = dialect.read(request, this.#freshContext());
    } catch (error) {
      this.#survive(dialect, request, error, respond);
      return;
    }
    const { deviceSn } = reading;
    if (deviceSn !== null && !this.#perDevice.admits(deviceSn, this.#parts.nowMs())) {
      traffic.counts.rateLimited += 1;
      respond(reading.notStored);
      return;
    }
    this.#store(this.#entryOf(reading, dialect, request), reading, respond);
  }

  /**
   * The reply to a request of which only the head can be used; null when no dialect claims it. Where the dialect says
   * "try again" by the status, `status` says why to whoever reads the device's log; to devices every status but 200
   * is the same (adms.md section 6).
   */
  refuse(head: WireRequest, status: number): Reply | null {
    const dialect = this.#claimant(head);
    if (!dialect) return null;
    try {
      const { notStored } = dialect.read(head, this.#freshContext());
      return notStored.status >= 400 ? { ...notStored, status } : notStored;
    } catch (error) {
      this.#report(dialect, error);
      return TRY_AGAIN_REPLY;
    }
  }

  #claimant(request: WireRequest): Dialect | undefined {
    const { requiredPrefix } = this.#parts.limits;
    if (requiredPrefix !== null && !hasPathPrefix(request.target, requiredPrefix)) return undefined;
    for (const dialect of this.#parts.dialects) {
      try {
        if (dialect.claims(request)) return dialect;
      } catch (error) {
        // Not its request then; quarantine takes only what a dialect has claimed.
        this.#report(dialect, error);
      }
    }
    return undefined;
  }

  #store(
    entry: JournalEntry,
    replies: Pick<Reading, 'stored' | 'notStored'>,
    respond: (reply: Reply) => void,
  ): void {
    const { journal, outage, traffic } = this.#parts;
    journal.append(entry).then(
      () => {
        if (needsCommit(entry)) outage.end(entry);
        respond(replies.stored);
      },
      (error: unknown) => {
        traffic.counts.refusedNotStored += 1;
        outage.note(error);
        respond(replies.notStored);
      },
    );
  }

  #entryOf(reading: Reading, dialect: Dialect, request: WireRequest): JournalEntry {
    const { deviceSn: sn, stamps, unread } = reading;
    const { remoteAddress } = request;
    const notes = this.#notesOf(reading, dialect);
    const facts = notes === null ? reading.facts : { ...reading.facts, ...notes.facts };
    const device = sn === null ? {} : { device: { sn, dialect: dialect.name, remoteAddress, facts, stamps } };
    const origin = unread.length === 0 ? {} : { origin: originOf(request) };
    return {
      source: dialect.name,
      receivedAt: this.#context.receivedAt,
      punches: reading.punches,
      unread,
      skipped: reading.skipped,
      dropped: reading.dropped,
      commandResults: reading.commandResults,
      commandsSent: reading.commandsSent,
      ...(reading.users && { users: reading.users }),
      holdUnapproved: this.#parts.holdUnapproved,
      ...(notes?.clockReset && { clockReset: notes.clockReset }),
      ...device,
      ...origin,
    };
  }

  /** Clocks and gaps are watched beside the punches; a fault in that must not cost any. */
  #notesOf(reading: Reading, dialect: Dialect): ContactNotes | null {
    const { care } = this.#parts;
    if (care === null || reading.deviceSn === null) return null;
    const context = this.#context;
    try {
      return care.contact({ sn: reading.deviceSn, dialect: dialect.name, reading, context });
    } catch (error) {
      this.#report(dialect, error);
      return null;
    }
  }

  /** A bug must not make a device resend forever (law 3): its input is kept for a person, and acknowledged. */
  #survive(dialect: Dialect, request: WireRequest, error: unknown, respond: (reply: Reply) => void): void {
    this.#report(dialect, error);
    const bytes = bodyWithoutSecrets(request.body);
    const unread = [];
    for (let at = 0; at < bytes.length; at += FRAGMENT_BYTES) {
      unread.push({ reason: 'dialect failed', bytes: bytes.subarray(at, at + FRAGMENT_BYTES) });
    }
    if (unread.length === 0) {
      // Nothing that could be lost: let the device ask again.
      respond(TRY_AGAIN_REPLY);
      return;
    }
    const { receivedAt } = this.#freshContext();
    const entry = { source: dialect.name, receivedAt, punches: [], unread, origin: originOf(request) };
    this.#store(entry, { stored: QUARANTINED_REPLY, notStored: TRY_AGAIN_REPLY }, respond);
  }

  #report(dialect: Dialect, error: unknown): void {
    const { log, traffic } = this.#parts;
    traffic.counts.dialectFailures += 1;
    const nowMs = this.#parts.nowMs();
    if (nowMs - (this.#reportedMs.get(dialect.name) ?? Number.NEGATIVE_INFINITY) < LOG_EVERY_MS) return;
    this.#reportedMs.set(dialect.name, nowMs);
    const stack = error instanceof Error ? error.stack : undefined;
    log.error(
      { dialect: dialect.name, stack },
      `Dialect ${dialect.name} failed: ${messageOf(error)}. This is a bug in hip; what was sent is in quarantine.`,
    );
  }

  /** One context per millisecond: requests that arrive together share it. */
  #freshContext(): DialectContext {
    const nowMs = this.#parts.nowMs();
    if (nowMs !== this.#context.receivedAt.getTime()) this.#context = this.#createContext(nowMs);
    return this.#context;
  }

  #createContext(nowMs: number): DialectContext {
    const { settings, journal, wallClock, care } = this.#parts;
    const receivedAt = new Date(nowMs);
    return {
      receivedAt,
      wallNow: wallClock.text(receivedAt),
      utcOffsetMinutes: wallClock.offsetMinutes(receivedAt),
      settings,
      device: (sn) => journal.deviceState(sn),
      pendingCommands: (sn) => journal.pendingCommands(sn),
      ...(care && { maySetClocks: care.maySetClocks }),
    };
  }
}

/** A mere sign of life is not written, and so proves nothing of a disk that was full. */
function needsCommit({
  punches,
  unread,
  skipped,
  dropped,
  commandsSent,
  commandResults,
  device,
}: JournalEntry) {
  const lists = [punches, unread, dropped, commandsSent, commandResults];
  if (lists.some((list) => list !== undefined && list.length > 0) || (skipped ?? 0) > 0) return true;
  return Object.keys({ ...device?.facts, ...device?.stamps }).length > 0;
}
