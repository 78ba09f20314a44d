import type {
  Dialect,
  DialectContext,
  DialectSettings,
  PendingCommand,
  Reading,
  Reply,
} from '../../../src/lib/dialects/dialect.js';
import { createFkwebDialect } from '../../../src/lib/dialects/fkweb/index.js';
import type { TransferLimits } from '../../../src/lib/dialects/fkweb/transfers.js';
import { createWireRequest } from '../../../src/lib/dialects/request.js';

export const SN = 'C2610000000000AB';
const ENCODER = new TextEncoder();

export interface Said {
  readonly code: string;
  readonly body?: Uint8Array | string;
  readonly sn?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The dialect with a journal's memory around it: facts and stamps of committed readings come back in the context.
 * `restart()` is a new process on the same journal.
 */
export class Rig {
  canCommit = true;
  nowMs = Date.parse('2026-11-22T05:00:00.000Z');
  wallNow = '2026-11-22 12:00:00';
  maySetClocks = true;
  pending: PendingCommand[] = [];
  readonly stored: Reading[] = [];
  readonly settings: DialectSettings;
  readonly #limits: Partial<TransferLimits>;
  readonly #facts: Record<string, Record<string, string>> = {};
  readonly #stamps: Record<string, Record<string, string>> = {};
  #dialect: Dialect;

  constructor(limits: Partial<TransferLimits> = {}, settings: Partial<DialectSettings> = {}) {
    this.settings = {
      plainDeviceSn: 'HIP_DEVICE_1',
      statusMaps: new Map(),
      fkReplies: new Map(),
      ...settings,
    };
    this.#limits = limits;
    this.#dialect = createFkwebDialect(limits);
  }

  restart(): void {
    this.#dialect = createFkwebDialect(this.#limits);
  }

  read(said: Said): Reading {
    const reading = this.#dialect.read(requestOf(said), this.context());
    if (!this.canCommit) return reading;
    this.stored.push(reading);
    const { deviceSn: sn } = reading;
    if (sn !== null) {
      this.#facts[sn] = { ...this.#facts[sn], ...reading.facts };
      this.#stamps[sn] = { ...this.#stamps[sn], ...reading.stamps };
    }
    return reading;
  }

  /** What the device hears: `OK` and the like. */
  say(said: Said): string {
    const reading = this.read(said);
    return codeOf(this.canCommit ? reading.stored : reading.notStored);
  }

  /** Times of all punches committed, in order. */
  get times(): string[] {
    return this.stored.flatMap((reading) => reading.punches.map((punch) => punch.time));
  }

  get quarantined(): number {
    return this.stored.reduce((sum, reading) => sum + reading.unread.length, 0);
  }

  context(): DialectContext {
    return {
      receivedAt: new Date(this.nowMs),
      wallNow: this.wallNow,
      utcOffsetMinutes: 420,
      settings: this.settings,
      maySetClocks: this.maySetClocks,
      device: (sn) => {
        const facts = this.#facts[sn];
        return facts && { facts, stamps: this.#stamps[sn] ?? {} };
      },
      pendingCommands: () => this.pending,
    };
  }
}

export function codeOf(reply: Reply): string {
  return reply.headers.find(([name]) => name === 'response_code')?.[1] ?? String(reply.status);
}

export function headerOf(reply: Reply, name: string): string | undefined {
  return reply.headers.find(([each]) => each === name)?.[1];
}

export function requestOf({ code, body = '', sn = SN, headers = {} }: Said) {
  const all = { 'Content-Type': 'application/octet-stream', request_code: code, dev_id: sn, ...headers };
  return createWireRequest({
    method: 'POST',
    target: '/',
    httpVersion: '1.0',
    rawHeaders: Object.entries(all).flat(),
    body: typeof body === 'string' ? ENCODER.encode(body) : body,
    remoteAddress: '192.0.2.20',
  });
}

/** The parts of a message as a device sends them, the last one numbered 0. */
export function partsOf(code: string, whole: Uint8Array, transId: string, size: number): Said[] {
  const count = Math.ceil(whole.length / size);
  return Array.from({ length: count }, (_, i) => ({
    code,
    body: whole.subarray(i * size, (i + 1) * size),
    headers: { trans_id: transId, blk_no: String(i === count - 1 ? 0 : i + 1), cmd_return_code: 'OK' },
  }));
}

export function glog(time: string, more: object = {}): object {
  return {
    fk_bin_data_lib: 'FKDataHS103',
    io_mode: 16777216,
    io_time: time,
    user_id: '13',
    verify_mode: 268435456,
    ...more,
  };
}
