import type { DialectSettings } from '../dialects/dialect.js';
import { type Punch, userKey } from '../punch.js';
import type { ExplainedExchange, Premise } from './explained.js';
import { headerOf } from './reply.js';
import { hasTimeOfDay, timelessPattern } from './reply-time.js';

/**
 * The draft of an `expect.json`: what hip makes of a captured request, in the form of the project's own wire cases.
 * With it a capture is a test as soon as its folder lies among them; a person corrects what hip reads wrong. Nothing
 * in it depends on when the capture was made.
 */
export interface ExpectationParts {
  readonly settings: DialectSettings;
  readonly pathPrefix: string;
  /** Folder names of the exchanges that brought the leading parts of the message. */
  readonly after: readonly string[];
}

/** Headers that FK firmware reads; those of the other family's answers are always the same. */
const ANSWER_HEADERS = ['response_code', 'trans_id', 'cmd_code'];
const DEFAULT_OFFSET_MINUTES = 420;

export function renderExpectation(explained: ExplainedExchange, parts: ExpectationParts): object {
  const { dialect, serveReply, isRefused, unread, skipped, dropped, sentence, premise } = explained;
  const punches = isRefused ? [] : explained.punches;
  const setup = setupOf(explained, parts);
  return {
    note: sentence,
    evidence: 'captured by hip sniff',
    dialect,
    ...(Object.keys(setup).length > 0 && { setup }),
    status: serveReply?.status ?? null,
    ...(!hangsOnMoment(premise) && { ...bodyOf(explained), ...headersOf(explained) }),
    punches: distinct(punches).map(({ deviceSn, userId, time, status, verify, workCode, suspect }) => {
      return { deviceSn, userId, time, status, verify, workCode, suspect };
    }),
    ...(dialect !== null &&
      serveReply !== null &&
      !isRefused && {
        quarantined: unread.length,
        skipped,
        dropped: Object.fromEntries(dropped.map(({ kind, count }) => [kind, count])),
      }),
  };
}

/** A clock that was set within the hour is not set again, so the answer is another one at another time. */
function hangsOnMoment({ device }: Premise): boolean {
  return Boolean(device?.facts.clockSetSentAt);
}

/** A wire case names the punches that are new. */
function distinct(punches: readonly Punch[]): readonly Punch[] {
  const byIdentity = new Map<string, Punch>();
  for (const punch of punches) {
    const identity = `${punch.deviceSn}\n${userKey(punch.userId)}\n${punch.time}`;
    if (!byIdentity.has(identity)) byIdentity.set(identity, punch);
  }
  return [...byIdentity.values()];
}

function bodyOf({ serveReply, dialect }: ExplainedExchange): object {
  // The page that greets a browser names this PC's address.
  if (serveReply === null || (dialect === null && serveReply.status === 200)) return {};
  const body = new TextDecoder().decode(serveReply.body);
  return hasTimeOfDay(body) ? { bodyRegex: timelessPattern(body) } : { body };
}

function headersOf({ dialect, serveReply }: ExplainedExchange): object {
  if (dialect !== 'fkweb' || serveReply === null) return {};
  // The id of a command that sets the clock is the time at which it was made.
  const isClock = headerOf(serveReply.headers, 'cmd_code') === 'SET_TIME';
  const headers = ANSWER_HEADERS.map((name) => {
    const value = headerOf(serveReply.headers, name) || null;
    return [name, isClock && name === 'trans_id' ? '*' : value];
  });
  return { headers: Object.fromEntries(headers) };
}

function setupOf(explained: ExplainedExchange, { settings, pathPrefix, after }: ExpectationParts): object {
  const { dialect, premise, deviceSn } = explained;
  const sn = deviceSn ?? '';
  const statusMap = settings.statusMaps.get(sn) ?? new Map<string, number>();
  const fkReply = settings.fkReplies.get(sn) ?? 'header';
  const wallNow = wallNowOf(explained);
  return {
    ...(after.length > 0 && { after }),
    ...deviceOf(premise, after),
    ...(pathPrefix !== '' && { pathPrefix }),
    ...(premise.utcOffsetMinutes !== DEFAULT_OFFSET_MINUTES && {
      utcOffsetMinutes: premise.utcOffsetMinutes,
    }),
    ...(dialect === 'plain' && { plainDeviceSn: settings.plainDeviceSn }),
    ...(statusMap.size > 0 && { statusMap: Object.fromEntries(statusMap) }),
    ...(dialect === 'fkweb' && fkReply !== 'header' && { fkReply }),
    ...(wallNow !== null && { wallNow }),
  };
}

/** What leads up to a part is told by the cases before it. */
function deviceOf({ device }: Premise, after: readonly string[]): object {
  return device === null || after.length > 0 ? {} : { device };
}

/** A moment by which the times that are not suspect are past and the others future, whenever the test runs. */
function wallNowOf({ punches }: ExplainedExchange): string | null {
  if (punches.length === 0) return null;
  const past = punches.filter(({ suspect }) => suspect !== 'future').map(({ time }) => time);
  return past.sort().at(-1) ?? '2020-01-01 00:00:00';
}
