import type {
  DeviceState,
  Dialect,
  DialectContext,
  DialectName,
  DialectSettings,
  Reading,
  Reply,
  WireRequest,
} from '../dialects/dialect.js';
import { emptyReading, textReply } from '../dialects/dialect.js';
import { createWireRequest } from '../dialects/request.js';
import { wallSeconds } from '../punch.js';
import { createAdvisor } from './advice.js';
import type { Observation, SniffedExchange } from './exchange.js';
import { describe } from './explain-exchange.js';
import { explainForeign } from './explain-foreign.js';
import { DeviceMemory, TransferParts } from './explain-memory.js';
import type { Description } from './explain-words.js';
import type { Explained, ExplainedExchange, PlainReply, Premise } from './explained.js';
import { isSameReply, parseReply } from './reply.js';

/** How `hip serve` speaks where no dialect does; handed in, for the sniffer does not know the listener. */
export interface ServeVoice {
  /** The answer to what no dialect claims. */
  unclaimed(request: WireRequest): Reply;
  /** The bytes of an answer, with the headers that the listener adds. */
  render(reply: Reply, request: WireRequest, nowMs: number): Uint8Array;
}

export interface ExplainerParts {
  /** New dialects with a state of their own, in the order in which they are asked. */
  readonly createDialects: () => readonly Dialect[];
  readonly settings: DialectSettings;
  readonly wallClock: { text(at: Date): string; offsetMinutes(at: Date): number };
  readonly pathPrefix: string;
  readonly serve: ServeVoice;
  /** True finds out what has to be known beforehand to read a request alone: for case folders. */
  readonly withPremises?: boolean;
}

/** Remembers devices and what comes in parts, as a fresh journal would. Never throws, whatever came. */
export interface Explainer {
  explain(observation: Observation): Explained;
}

interface Read {
  readonly dialect: DialectName | null;
  readonly reading: Reading;
  readonly failed: boolean;
}

/** Not an OK, as the listener answers a request without a body that made a dialect fail. */
const FAILED = textReply(503, 'TRY AGAIN\n');

export function createExplainer(parts: ExplainerParts): Explainer {
  const dialects = parts.createDialects();
  const memory = new DeviceMemory();
  const transfers = new TransferParts();
  const advisor = createAdvisor();

  const contextAt = (atMs: number, device: DialectContext['device']): DialectContext => {
    const receivedAt = new Date(atMs);
    return {
      receivedAt,
      wallNow: parts.wallClock.text(receivedAt),
      utcOffsetMinutes: parts.wallClock.offsetMinutes(receivedAt),
      settings: parts.settings,
      device,
      pendingCommands: () => [],
    };
  };

  const read = (asked: readonly Dialect[], request: WireRequest, context: DialectContext): Read => {
    const dialect = asked.find((one) => claims(one, request));
    if (dialect === undefined) {
      const reply = parts.serve.unclaimed(request);
      return { dialect: null, reading: emptyReading(reply), failed: false };
    }
    try {
      return { dialect: dialect.name, reading: dialect.read(request, context), failed: false };
    } catch {
      // A bug in the dialect; the sentence says so. The sniffer shows the next request all the same.
      return { dialect: dialect.name, reading: emptyReading(FAILED), failed: true };
    }
  };

  const replyTo = (reading: Reading, request: WireRequest, nowMs: number): PlainReply =>
    parseReply(parts.serve.render(reading.stored, request, nowMs));

  const isReadAlike = (one: Read, exchange: SniffedExchange, device: DeviceState | null): boolean => {
    const request = createWireRequest(exchange.request, parts.pathPrefix);
    const context = contextAt(exchange.requestEndMs, () => device ?? undefined);
    const other = read(parts.createDialects(), request, context);
    const at = exchange.requestEndMs;
    return (
      isSameReply(replyTo(one.reading, request, at), replyTo(other.reading, request, at)) &&
      outcomeOf(one.reading) === outcomeOf(other.reading)
    );
  };

  const premiseOf = (exchange: SniffedExchange, one: Read, before: Before): Premise => {
    const { wallNow, utcOffsetMinutes } = before.context;
    const premise = { device: null, parts: [], wallNow, utcOffsetMinutes };
    if (!parts.withPremises || !exchange.requestIsWhole || isReadAlike(one, exchange, null)) return premise;
    if (before.device !== null && isReadAlike(one, exchange, before.device)) {
      return { ...premise, device: before.device };
    }
    return { ...premise, device: before.device, parts: before.parts };
  };

  const explainExchange = (exchange: SniffedExchange): ExplainedExchange => {
    const request = createWireRequest(exchange.request, parts.pathPrefix);
    const atMs = exchange.requestEndMs;
    const context = contextAt(atMs, (sn) => memory.get(sn));
    const earlier = exchange.requestIsWhole ? transfers.note(request, exchange.number) : [];
    const one = exchange.requestIsWhole ? read(dialects, request, context) : unread(dialects, request);
    const { reading, dialect } = one;
    const device = reading.deviceSn === null ? null : (memory.get(reading.deviceSn) ?? null);
    memory.learn(reading);
    const explained = {
      kind: 'exchange' as const,
      exchange,
      dialect,
      deviceSn: reading.deviceSn,
      ...wordsFor(one, request, exchange),
      facts: reading.facts,
      clock: clockOf(reading, context.wallNow),
      punches: reading.punches,
      unread: reading.unread.map(({ reason, bytes }) => ({ reason, bytes: bytes.length })),
      skipped: reading.skipped,
      dropped: reading.dropped,
      commandResults: reading.commandResults,
      serveReply: exchange.requestIsWhole ? replyTo(reading, request, atMs) : null,
      premise: premiseOf(exchange, one, { context, device, parts: earlier }),
    };
    return { ...explained, advice: advisor.ofExchange(explained) };
  };

  return {
    explain(observation) {
      switch (observation.kind) {
        case 'exchange':
          return explainExchange(observation);
        case 'foreign': {
          const words = explainForeign(observation.head);
          const explained = { kind: 'foreign' as const, traffic: observation, ...words };
          return { ...explained, advice: advisor.ofForeign(explained) };
        }
        case 'end':
          return { kind: 'end', end: observation, ...advisor.ofEnd(observation) };
        case 'notice':
          return { kind: 'notice', notice: observation };
      }
    },
  };
}

interface Before {
  readonly context: DialectContext;
  readonly device: DeviceState | null;
  readonly parts: readonly number[];
}

const FAILED_WORDS: Description = {
  what: 'failed',
  sentence: 'hip failed on this request: a bug. Please send the capture in.',
  details: [],
};

/** The words are for people only: a bug in them must not stop the sniffing. */
function wordsFor(one: Read, request: WireRequest, exchange: SniffedExchange): Description {
  if (one.failed) return FAILED_WORDS;
  try {
    return describe({ request, dialect: one.dialect, reading: one.reading, exchange });
  } catch {
    // The sentence says that it is a bug.
    return FAILED_WORDS;
  }
}

/** As in the listener: what breaks off is not read, and not acknowledged. */
function unread(dialects: readonly Dialect[], request: WireRequest): Read {
  const dialect = dialects.find((one) => claims(one, request))?.name ?? null;
  return { dialect, reading: emptyReading(FAILED), failed: false };
}

function claims(dialect: Dialect, request: WireRequest): boolean {
  try {
    return dialect.claims(request);
  } catch {
    // As in the listener: a dialect that fails on the question does not claim.
    return false;
  }
}

function clockOf(reading: Reading, wallNow: string): ExplainedExchange['clock'] {
  const { clock } = reading;
  if (clock?.kind !== 'told') return null;
  return { time: clock.time, aheadSeconds: wallSeconds(clock.time) - wallSeconds(wallNow) };
}

/** Everything of a reading that a test would look at. */
function outcomeOf({ deviceSn, punches, unread, skipped, dropped }: Reading): string {
  return JSON.stringify([deviceSn, punches, unread.map(({ reason }) => reason), skipped, dropped]);
}
