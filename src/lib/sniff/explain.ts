import type { DeviceState } from '../dialects/dialect.js';
import { wallSeconds } from '../punch.js';
import { createAdvisor } from './advice.js';
import type { Observation, SniffedExchange } from './exchange.js';
import { describe } from './explain-exchange.js';
import { explainForeign } from './explain-foreign.js';
import { DeviceMemory, TransferParts } from './explain-memory.js';
import { type Read, type ReaderParts, RequestReader } from './explain-read.js';
import type { Description } from './explain-words.js';
import type { Explained, ExplainedExchange, Premise } from './explained.js';

export type { ServeVoice } from './explain-read.js';

export interface ExplainerParts extends ReaderParts {
  /** True finds out what has to be known beforehand to read a request alone: for case folders. */
  readonly withPremises?: boolean;
  /** Another server gives the answers, and can be wrong. */
  readonly isForwarded?: boolean;
}

/** Remembers devices and what comes in parts, as a fresh journal would. Never throws, whatever came. */
export interface Explainer {
  explain(observation: Observation): Explained;
}

export function createExplainer(parts: ExplainerParts): Explainer {
  const exchanges = new ExchangeExplainer(parts);
  const advisor = createAdvisor(parts.isForwarded ?? false);
  return {
    explain(observation) {
      switch (observation.kind) {
        case 'exchange': {
          const explained = exchanges.explain(observation);
          return { ...explained, advice: advisor.ofExchange(explained) };
        }
        case 'foreign': {
          const words = explainForeign(observation);
          const explained = { kind: 'foreign' as const, traffic: observation, ...words };
          return { ...explained, advice: advisor.ofForeign(explained) };
        }
        case 'end':
          return { kind: 'end', end: observation, ...advisor.ofEnd(observation) };
        case 'notice':
          return { kind: 'notice', notice: observation, advice: advisor.ofNotice(observation) };
      }
    },
  };
}

const FAILED_WORDS: Description = {
  what: 'failed',
  sentence: 'hip failed on this request: a bug. Please send the capture in.',
  details: [],
};

/** By the status with which the listener refuses. */
const REFUSALS: Readonly<Record<number, string>> = {
  400: 'its head or its framing breaks the rules of HTTP',
  408: 'it takes too long',
  411: 'it does not say how long it is',
};

class ExchangeExplainer {
  readonly #reader: RequestReader;
  readonly #withPremises: boolean;
  readonly #memory = new DeviceMemory();
  readonly #transfers = new TransferParts();

  constructor(parts: ExplainerParts) {
    this.#reader = new RequestReader(parts);
    this.#withPremises = parts.withPremises ?? false;
  }

  explain(exchange: SniffedExchange): Omit<ExplainedExchange, 'advice'> {
    const read = this.#reader.read(exchange, (sn) => this.#memory.get(sn));
    const { reading } = read;
    const before = reading.deviceSn === null ? undefined : this.#memory.get(reading.deviceSn);
    if (!read.isRefused) this.#memory.learn(reading);
    const premise = this.#premiseOf(exchange, read, before ?? null);
    return {
      kind: 'exchange',
      exchange,
      dialect: read.dialect,
      deviceSn: reading.deviceSn,
      ...wordsFor(read, exchange),
      facts: reading.facts,
      clock: clockOf(read, premise.wallNow),
      punches: reading.punches,
      unread: reading.unread.map(({ reason, bytes }) => ({ reason, bytes: bytes.length })),
      skipped: reading.skipped,
      dropped: reading.dropped,
      commandResults: reading.commandResults,
      serveReply: read.reply,
      isRefused: read.isRefused,
      premise,
    };
  }

  #premiseOf(exchange: SniffedExchange, read: Read, device: DeviceState | null): Premise {
    const parts = exchange.requestIsWhole ? this.#transfers.note(read.request, exchange.number) : [];
    const { wallNow, utcOffsetMinutes } = this.#reader.contextOf(exchange, () => undefined);
    const none = { device: null, parts: [], wallNow, utcOffsetMinutes };
    if (!this.#withPremises || this.#reader.isReadAlike(read, exchange, null)) return none;
    if (device !== null && this.#reader.isReadAlike(read, exchange, device)) return { ...none, device };
    return { ...none, device, parts };
  }
}

/** The words are for people only: a bug in them must not stop the sniffing. */
function wordsFor(read: Read, exchange: SniffedExchange): Description {
  const { request, dialect, reading, reply } = read;
  if (read.hasFailed) return FAILED_WORDS;
  try {
    const words = describe({ request, dialect, reading, exchange });
    if (!read.isRefused || read.dialect === null) return words;
    const refused = `hip serve takes nothing of it: ${REFUSALS[reply?.status ?? 0] ?? 'it is too large'}`;
    return { ...words, details: [refused, ...words.details] };
  } catch {
    // The sentence says that it is a bug.
    return FAILED_WORDS;
  }
}

function clockOf({ reading }: Read, wallNow: string): ExplainedExchange['clock'] {
  const { clock } = reading;
  if (clock?.kind !== 'told') return null;
  return { time: clock.time, aheadSeconds: wallSeconds(clock.time) - wallSeconds(wallNow) };
}
