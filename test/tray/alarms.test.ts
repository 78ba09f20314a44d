import { describe, expect, it } from 'vitest';
import { type Alarms, createAlarms } from '../../src/lib/tray/alarms.js';
import type { TrayFacts } from '../../src/lib/tray/facts.js';
import {
  ago,
  device,
  facts,
  HOUR_MS,
  MINUTE_MS,
  NOW_MS,
  type StatusOptions,
  service,
  status,
} from './rig.js';

const SECOND_MS = 1_000;

/** What was told at one look: `+` raised, `-` healed. */
function tell(alarms: Alarms, seen: TrayFacts): string[] {
  const { raised, healed } = alarms.observe(seen);
  const name = (alarm: (typeof raised)[number]): string =>
    alarm.kind === 'service' ? alarm.role : alarm.kind === 'device' ? alarm.name : 'backlog';
  return [...raised.map((alarm) => `+${name(alarm)}`), ...healed.map((alarm) => `-${name(alarm)}`)];
}

/** Looks every half minute, so that time passes without the PC having slept; what was told, in order. */
function lookThrough(alarms: Alarms, fromMs: number, toMs: number, options: StatusOptions): string[] {
  const told: string[] = [];
  for (let ms = fromMs; ms <= toMs; ms += MINUTE_MS / 2)
    told.push(...tell(alarms, facts({ nowMs: NOW_MS + ms, status: status(options) })));
  return told;
}

describe('a service', () => {
  const services = (state: 'running' | 'starting' | 'stopping' | 'stopped', failure?: string) => ({
    services: [service('serve', state, failure), service('sync', 'running')],
  });

  it('that ended by itself is told once, and once more when it runs again', () => {
    const alarms = createAlarms();
    expect(tell(alarms, facts(services('running')))).toEqual([]);
    expect(tell(alarms, facts({ ...services('stopped', 'it was killed'), status: null }))).toEqual([
      '+serve',
    ]);
    expect(tell(alarms, facts({ ...services('stopped', 'it was killed'), status: null }))).toEqual([]);
    expect(tell(alarms, facts({ ...services('starting'), status: null }))).toEqual([]);
    expect(tell(alarms, facts(services('running')))).toEqual(['-serve']);
    expect(tell(alarms, facts(services('running')))).toEqual([]);
  });

  it('that a person stopped is not told', () => {
    const alarms = createAlarms();
    tell(alarms, facts(services('running')));
    expect(tell(alarms, facts({ ...services('stopping'), status: null }))).toEqual([]);
    expect(tell(alarms, facts({ ...services('stopped'), status: null }))).toEqual([]);
    expect(tell(alarms, facts(services('running')))).toEqual([]);
  });

  it('that died and was then taken in hand is no trouble any more, and no good news either', () => {
    const alarms = createAlarms();
    tell(alarms, facts(services('stopped', 'it was killed')));
    expect(tell(alarms, facts(services('stopped')))).toEqual([]);
    expect(alarms.active()).toEqual([]);
  });

  it('that had died before anybody looked is told at the first look', () => {
    expect(tell(createAlarms(), facts(services('stopped', 'no config')))).toEqual(['+serve']);
  });
});

describe('a device', () => {
  const silent = (ms: number, options: StatusOptions = {}): Partial<TrayFacts> => ({
    status: status({ devices: [device('D1', ms)], ...options }),
  });

  it('that falls silent is told once, and once more when it is heard again', () => {
    const alarms = createAlarms();
    expect(tell(alarms, facts(silent(14 * MINUTE_MS)))).toEqual([]);
    expect(tell(alarms, facts(silent(15 * MINUTE_MS)))).toEqual(['+D1']);
    expect(tell(alarms, facts(silent(16 * MINUTE_MS)))).toEqual([]);
    expect(tell(alarms, facts({ status: null }))).toEqual([]);
    expect(alarms.active()).toMatchObject([{ kind: 'device', name: 'D1', silentMs: 16 * MINUTE_MS }]);
    expect(tell(alarms, facts(silent(SECOND_MS)))).toEqual(['-D1']);
    expect(alarms.active()).toEqual([]);
  });

  it('is not called silent before serve has listened long enough to hear it', () => {
    const startedAt = ago(5 * MINUTE_MS);
    expect(tell(createAlarms(), facts(silent(8 * HOUR_MS, { startedAt })))).toEqual([]);
  });

  it('is not called silent when the PC slept', () => {
    const alarms = createAlarms();
    tell(alarms, facts(silent(0)));
    const wokeMs = 8 * HOUR_MS;
    const devices = [device('D1', 0)];
    expect(lookThrough(alarms, wokeMs, wokeMs + 14 * MINUTE_MS, { devices })).toEqual([]);
    expect(lookThrough(alarms, wokeMs + 14 * MINUTE_MS, wokeMs + 16 * MINUTE_MS, { devices })).toEqual([
      '+D1',
    ]);
  });

  it('that was taken off the wall a week ago, or forgotten, is let go without a word', () => {
    const alarms = createAlarms();
    expect(tell(alarms, facts(silent(8 * 24 * HOUR_MS)))).toEqual([]);
    tell(alarms, facts(silent(HOUR_MS)));
    expect(tell(alarms, facts({ status: status() }))).toEqual([]);
    expect(alarms.active()).toEqual([]);
  });

  it('that speaks only when there is a punch is never called silent', () => {
    const devices = [device('D1', HOUR_MS, 'plain')];
    expect(tell(createAlarms(), facts({ status: status({ devices }) }))).toEqual([]);
  });
});

describe('the backlog', () => {
  const old: StatusOptions = { waiting: 7, oldestWaitingAt: ago(HOUR_MS) };

  it('of over an hour is told once, and once more when it is gone', () => {
    const alarms = createAlarms();
    expect(lookThrough(alarms, 0, 30 * MINUTE_MS, old)).toEqual(['+backlog']);
    expect(alarms.active()).toMatchObject([{ kind: 'backlog', waiting: 7 }]);
    expect(lookThrough(alarms, 31 * MINUTE_MS, 40 * MINUTE_MS, {})).toEqual(['-backlog']);
  });

  it('that has just been seen gets two minutes: it may be on its way', () => {
    const alarms = createAlarms();
    expect(lookThrough(alarms, 0, MINUTE_MS, old)).toEqual([]);
    expect(
      lookThrough(alarms, 90 * SECOND_MS, 10 * MINUTE_MS, { waiting: 3, oldestWaitingAt: ago(0) }),
    ).toEqual([]);
  });

  it('is none where no database is configured', () => {
    const sink = { configured: false, reachable: null, error: null };
    expect(lookThrough(createAlarms(), 0, HOUR_MS, { ...old, sink })).toEqual([]);
  });
});
