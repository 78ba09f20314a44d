import {
  adviceOn,
  adviceOnClock,
  adviceOnPolls,
  adviceOnRefusal,
  adviceOnRegistering,
  adviceOnResend,
  adviceOnSilence,
  adviceOnTimes,
  hasAdvice,
} from './advice-texts.js';
import type { ConnectionEnd, SniffNotice } from './exchange.js';
import type { Advice, ExplainedEnd, ExplainedExchange, ExplainedForeign } from './explained.js';
import { sizeText } from './hide.js';

/**
 * Finds the pattern in what one remote address does. Each piece of advice is given once per address, as soon as the
 * pattern is clear; the summary repeats it.
 */
export interface Advisor {
  ofExchange(explained: Omit<ExplainedExchange, 'advice'>): readonly Advice[];
  ofForeign(explained: Omit<ExplainedForeign, 'advice'>): readonly Advice[];
  ofEnd(end: ConnectionEnd): Pick<ExplainedEnd, 'sentence' | 'advice'>;
  ofNotice(notice: SniffNotice): readonly Advice[];
}

/** What one address did so far. */
interface Pattern {
  readonly given: Set<string>;
  requests: number;
  /** Open connections of which it was told already that they speak no HTTP. */
  readonly foreign: Set<number>;
  /** Openings of connections that brought nothing, the last few. */
  silentAtMs: number[];
  polls: number;
  firstPollAtMs: number;
  carriers: number;
  registrations: number;
  /** Digest of the last upload with punches in it, and how often it came in a row. */
  last: string;
  repeats: number;
}

const MAX_ADDRESSES = 1_000;
const MAX_OPENINGS = 8;
/** Twice could be chance: a person who tries. */
const SILENT_IS_PATTERN = 2;
/** But nobody tries for so long. */
const SILENT_FOR_LONG_MS = 20_000;
const POLLS_ARE_PATTERN = 6;
/** Terminals that poll twice a minute have to be told of within two as well. */
const POLLS_FOR_LONG_MS = 60_000;
const REPEATS_ARE_PATTERN = 3;
const REGISTRATIONS_ARE_PATTERN = 4;
/** Less than this nobody sees in a time sheet. */
const CLOCK_IS_WRONG_SECONDS = 120;
/** A terminal keeps a silent connection open until somebody drops it; a port check is over at once. */
const CHECK_MS = 500;

/** @param isForwarded the answers are those of another server */
export function createAdvisor(isForwarded = false): Advisor {
  const patterns = new Map<string, Pattern>();

  const patternOf = (address: string): Pattern => {
    const known = patterns.get(address);
    const pattern = known ?? newPattern();
    patterns.delete(address);
    patterns.set(address, pattern);
    const oldest = patterns.keys().next().value;
    if (patterns.size > MAX_ADDRESSES && oldest !== undefined) patterns.delete(oldest);
    return pattern;
  };

  return {
    ofExchange(explained) {
      const pattern = patternOf(explained.exchange.connection.remoteAddress);
      count(pattern, explained);
      return once(pattern, [
        ...ofContent(explained),
        ...ofRhythm(pattern, explained),
        ...(isForwarded ? ofReply(explained) : []),
      ]);
    },
    ofForeign({ traffic, what }) {
      const pattern = patternOf(traffic.connection.remoteAddress);
      pattern.foreign.add(traffic.connection.id);
      // A file is no terminal, whatever is in it.
      const isFile = traffic.connection.port === 0;
      return once(pattern, hasAdvice(what) && !isFile ? [adviceOn(what)] : []);
    },
    ofEnd(end) {
      const pattern = patternOf(end.connection.remoteAddress);
      const isTold = pattern.foreign.delete(end.connection.id);
      if (end.bytesIn > 0) return { sentence: isTold ? null : sentenceOf(end), advice: [] };
      const { openedAtMs } = end.connection;
      const openMs = end.atMs - openedAtMs;
      const seconds = (openMs / 1_000).toFixed(openMs < 10_000 ? 1 : 0);
      const sentence = `Connected for ${seconds} s and sent nothing.`;
      if (end.by === 'device' && openMs < CHECK_MS && pattern.silentAtMs.length === 0) {
        return { sentence, advice: once(pattern, [adviceOn('port-check')]) };
      }
      pattern.silentAtMs = [...pattern.silentAtMs, openedAtMs].slice(-MAX_OPENINGS);
      // Who also speaks is in the right mode, and does not send on every connection.
      const isPattern = pattern.silentAtMs.length >= SILENT_IS_PATTERN || openMs >= SILENT_FOR_LONG_MS;
      if (!isPattern || pattern.requests > 0) return { sentence, advice: [] };
      return { sentence, advice: once(pattern, [adviceOnSilence(rhythmOf(pattern.silentAtMs))]) };
    },
    ofNotice({ silent }) {
      const pattern = silent && patternOf(silent.remoteAddress);
      return pattern === undefined || pattern.requests > 0 ? [] : once(pattern, [adviceOnSilence(null)]);
    },
  };
}

function newPattern(): Pattern {
  return {
    given: new Set(),
    requests: 0,
    foreign: new Set(),
    silentAtMs: [],
    polls: 0,
    firstPollAtMs: 0,
    carriers: 0,
    registrations: 0,
    last: '',
    repeats: 0,
  };
}

function once(pattern: Pattern, advice: readonly Advice[]): readonly Advice[] {
  const fresh = advice.filter(({ symptom }) => !pattern.given.has(symptom));
  for (const { symptom } of fresh) pattern.given.add(symptom);
  return fresh;
}

function count(
  pattern: Pattern,
  { what, punches, unread, exchange }: Omit<ExplainedExchange, 'advice'>,
): void {
  pattern.requests += 1;
  if (what === 'poll') {
    if (pattern.polls === 0) pattern.firstPollAtMs = exchange.requestAtMs;
    pattern.polls += 1;
  }
  if (what === 'registration') pattern.registrations += 1;
  if (punches.length + unread.length === 0) return;
  pattern.carriers += 1;
  const digest = punches.map(({ userId, time }) => `${userId} ${time}`).join('\n');
  pattern.repeats = digest !== '' && digest === pattern.last ? pattern.repeats + 1 : 1;
  pattern.last = digest;
}

function ofContent({ what, facts, clock, punches }: Omit<ExplainedExchange, 'advice'>): Advice[] {
  const advice = hasAdvice(what) ? [adviceOn(what)] : [];
  if (facts.punchesErasedAt !== undefined) advice.push(adviceOn('erased'));
  if (clock !== null && Math.abs(clock.aheadSeconds) >= CLOCK_IS_WRONG_SECONDS) {
    advice.push(adviceOnClock(clock.aheadSeconds));
  }
  const suspect =
    clock === null
      ? punches.find(({ suspect: why }) => why === 'before-2020' || why === 'future')
      : undefined;
  if (suspect) advice.push(adviceOnTimes(suspect.time));
  return advice;
}

function ofRhythm(pattern: Pattern, { dialect, exchange }: Omit<ExplainedExchange, 'advice'>): Advice[] {
  const advice: Advice[] = [];
  // Requests in a file have no rhythm.
  if (exchange.connection.port === 0) return advice;
  const polledMs = exchange.requestAtMs - pattern.firstPollAtMs;
  const isPolling =
    pattern.polls >= POLLS_ARE_PATTERN || (pattern.polls > 2 && polledMs >= POLLS_FOR_LONG_MS);
  if (isPolling && pattern.carriers === 0) {
    advice.push(adviceOnPolls(dialect === 'fkweb'));
  }
  if (pattern.repeats >= REPEATS_ARE_PATTERN) advice.push(adviceOnResend(isAccepted(exchange.reply)));
  if (pattern.registrations >= REGISTRATIONS_ARE_PATTERN) advice.push(adviceOnRegistering());
  return advice;
}

/** Only what `hip serve` would have answered well: a refusal that hip gives itself is told in the sentence. */
function ofReply({ exchange, serveReply, punches }: Omit<ExplainedExchange, 'advice'>): Advice[] {
  const { reply } = exchange;
  if (reply === null || reply.status < 300 || serveReply === null || serveReply.status >= 300) return [];
  // 503 to punches is hip's own "try again".
  return punches.length > 0 && reply.status === 503 ? [] : [adviceOnRefusal(reply.status)];
}

function isAccepted(reply: ExplainedExchange['exchange']['reply']): boolean {
  if (reply === null || reply.status >= 300) return false;
  const index = reply.rawHeaders.findIndex(
    (name, i) => i % 2 === 0 && name.toLowerCase() === 'response_code',
  );
  const said = index < 0 ? new TextDecoder('latin1').decode(reply.body) : (reply.rawHeaders[index + 1] ?? '');
  return /^\s*OK/i.test(said) || reply.status === 204;
}

/** The usual distance between openings in seconds: the middle one, so that one gap does not count. */
function rhythmOf(atMs: readonly number[]): number | null {
  const gaps = atMs.slice(1).map((at, i) => at - atMs[i]!);
  const middle = gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)];
  return middle === undefined || middle < 500 ? null : Math.round(middle / 1_000);
}

function sentenceOf({ exchanges, bytesIn, by }: ConnectionEnd): string | null {
  if (by === 'error') return 'The connection broke off.';
  return exchanges > 0 ? null : `Sent ${sizeText(bytesIn)} that are no complete request.`;
}
