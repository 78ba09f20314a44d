import type { ServiceRole, ServiceStatus } from '../service/service.js';
import type { StatusFacts, TrayFacts } from './facts.js';

/**
 * What a person is told once, and once more when it heals.
 *
 *   quiet  -> raised   a service ended by itself; a device fell silent; punches wait for over an hour   (told)
 *   raised -> quiet    it runs; it spoke; they left                                                     (told)
 *   raised -> quiet    it has no meaning any more: stopped by a person, removed, retired            (not told)
 *
 * What can't be seen at present (no status, a service between two states) changes nothing.
 */
export interface Alarms {
  observe(facts: TrayFacts): AlarmChanges;
  /** Since when each was raised does not matter: in the order in which they were. */
  active(): readonly Alarm[];
}

export type Alarm =
  | { readonly kind: 'service'; readonly role: ServiceRole; readonly reason: string }
  | { readonly kind: 'device'; readonly name: string; readonly silentMs: number }
  | { readonly kind: 'backlog'; readonly waiting: number; readonly since: string };

export interface AlarmChanges {
  readonly raised: readonly Alarm[];
  readonly healed: readonly Alarm[];
}

type Verdict =
  | { readonly is: 'wrong'; readonly alarm: Alarm }
  | { readonly is: 'right' | 'unknown' | 'gone' };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Terminals call every few seconds to minutes; a quarter of an hour is none that only was slow. */
export const SILENT_AFTER_MS = 15 * MINUTE_MS;
/** One that was taken off the wall must not keep the icon yellow for ever. */
export const RETIRED_AFTER_MS = 7 * 24 * HOUR_MS;
const BACKLOG_AFTER_MS = HOUR_MS;
/** After hours of sleep, or `hip redeliver`, old punches wait for the moment it takes to send them. */
const BACKLOG_PATIENCE_MS = 2 * MINUTE_MS;
/** Looks are seconds apart: so long without one, and the PC slept. */
const SLEPT_MS = MINUTE_MS;

export function createAlarms(): Alarms {
  const raised = new Map<string, Alarm>();
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let awakeSinceMs = Number.NEGATIVE_INFINITY;
  let overdueSinceMs: number | null = null;

  const watch = ({ nowMs, status }: TrayFacts): void => {
    if (nowMs - lookedAtMs > SLEPT_MS && Number.isFinite(lookedAtMs)) {
      awakeSinceMs = nowMs;
      overdueSinceMs = null;
    }
    lookedAtMs = nowMs;
    if (status) overdueSinceMs = isOverdue(status, nowMs) ? (overdueSinceMs ?? nowMs) : null;
  };
  const judge = (facts: TrayFacts): Map<string, Verdict> => {
    const { nowMs, status, services } = facts;
    const verdicts = services.map((one): [string, Verdict] => [`service ${one.role}`, judgeService(one)]);
    if (!status) return new Map(verdicts);
    const startedAtMs = status.startedAt === null ? nowMs : Date.parse(status.startedAt);
    const listening = { nowMs, sinceMs: Math.max(startedAtMs, awakeSinceMs) };
    verdicts.push(['backlog', judgeBacklog(status, nowMs, overdueSinceMs)]);
    // One that is not in the list was forgotten by a person.
    for (const key of raised.keys()) if (key.startsWith('device ')) verdicts.push([key, { is: 'gone' }]);
    for (const device of status.devices)
      verdicts.push([`device ${device.sn}`, judgeDevice(device, listening)]);
    return new Map(verdicts);
  };

  return {
    observe(facts) {
      watch(facts);
      const changes = { raised: [] as Alarm[], healed: [] as Alarm[] };
      for (const [key, verdict] of judge(facts)) {
        const before = raised.get(key);
        if (verdict.is === 'wrong') {
          raised.set(key, verdict.alarm);
          if (!before) changes.raised.push(verdict.alarm);
        } else if (before && verdict.is !== 'unknown') {
          raised.delete(key);
          if (verdict.is === 'right') changes.healed.push(before);
        }
      }
      return changes;
    },
    active: () => [...raised.values()],
  };
}

function judgeService({ role, state, failure }: ServiceStatus): Verdict {
  if (state === 'running') return { is: 'right' };
  if (state === 'starting' || state === 'stopping') return { is: 'unknown' };
  if (state === null || failure === null) return { is: 'gone' };
  return { is: 'wrong', alarm: { kind: 'service', role, reason: failure } };
}

interface Listening {
  readonly nowMs: number;
  /** Since when it would have been heard. */
  readonly sinceMs: number;
}

function judgeDevice(device: StatusFacts['devices'][number], { nowMs, sinceMs }: Listening): Verdict {
  const silentMs = nowMs - Date.parse(device.lastSeenAt);
  if (!callsRegularly(device.dialect) || silentMs > RETIRED_AFTER_MS) return { is: 'gone' };
  if (silentMs < SILENT_AFTER_MS) return { is: 'right' };
  if (nowMs - sinceMs < SILENT_AFTER_MS) return { is: 'unknown' };
  return { is: 'wrong', alarm: { kind: 'device', name: device.name ?? device.sn, silentMs } };
}

/** The plain dialect is spoken only when there is a punch, and at night there is none. */
export function callsRegularly(dialect: string | null): boolean {
  return dialect !== null && dialect !== 'plain';
}

function isOverdue({ journal, sink }: StatusFacts, nowMs: number): boolean {
  if (!sink.configured || journal.waiting === 0 || journal.oldestWaitingAt === null) return false;
  return nowMs - Date.parse(journal.oldestWaitingAt) >= BACKLOG_AFTER_MS;
}

function judgeBacklog({ journal }: StatusFacts, nowMs: number, overdueSinceMs: number | null): Verdict {
  if (overdueSinceMs === null || journal.oldestWaitingAt === null) return { is: 'right' };
  if (nowMs - overdueSinceMs < BACKLOG_PATIENCE_MS) return { is: 'unknown' };
  return {
    is: 'wrong',
    alarm: { kind: 'backlog', waiting: journal.waiting, since: journal.oldestWaitingAt },
  };
}
