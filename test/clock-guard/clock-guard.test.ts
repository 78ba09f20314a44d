import { beforeEach, describe, expect, it } from 'vitest';
import type { Contact, ContactNotes } from '../../src/lib/clock-guard/contact.js';
import { renderOffset } from '../../src/lib/clock-guard/words.js';
import { ClockGuard, type ClockGuardSettings } from '../../src/lib/clock-guard.js';
import { TestDevice } from './contacts.js';

let said: { level: string; message: string }[];
let isPcRight: boolean;

beforeEach(() => {
  said = [];
  isPcRight = true;
});

function guardOf(settings: Partial<ClockGuardSettings> = {}): ClockGuard {
  const say = (level: string) => (_: object, message: string) => void said.push({ level, message });
  const log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
  return new ClockGuard({
    settings: { warnSeconds: 60, autoSet: null, ...settings },
    log,
    isPcRight: () => isPcRight,
  });
}

/** As the listener does: what the guard notes is known from then on. */
function show(guard: ClockGuard, device: TestDevice, contact: Contact): ContactNotes {
  const notes = guard.contact(contact);
  Object.assign(device.facts, contact.reading.facts, notes.facts);
  return notes;
}

describe('what proves a clock', () => {
  it('a clock that is told does at once', () => {
    const device = new TestDevice('fkweb');
    show(guardOf(), device, device.tells('2026-11-22 12:07:00'));
    expect(device.facts.clockOffsetSeconds).toBe('420');
  });

  it('two live punches that agree do, one alone does not', () => {
    const guard = guardOf();
    const device = new TestDevice('adms');
    show(guard, device, device.poll());
    show(guard, device, device.later(10).punches('2026-11-22 11:50:07'));
    expect(device.facts).toEqual({});
    show(guard, device, device.later(60).punches('2026-11-22 11:51:06'));
    expect(device.facts).toEqual({ clockOffsetSeconds: '-604' });
  });

  it('one live punch that is right on time needs no second', () => {
    const guard = guardOf();
    const device = new TestDevice('adms');
    show(guard, device, device.poll());
    show(guard, device, device.later(10).punches('2026-11-22 12:00:08'));
    expect(device.facts).toEqual({ clockOffsetSeconds: '-2' });
  });

  it('punches that were delayed each by its own time do not', () => {
    const guard = guardOf();
    const device = new TestDevice('adms');
    show(guard, device, device.poll());
    for (const time of ['08:00:00', '08:00:05', '09:30:00', '10:10:10'])
      show(guard, device, device.later(3).punches(`2026-11-22 ${time}`));
    expect(device.facts).toEqual({});
  });

  it.each([
    ['a backlog', (device: TestDevice) => device.punches('2026-11-22 08:00:00', '2026-11-22 08:00:01')],
    [
      'the first contact after an outage',
      (device: TestDevice) => device.later(3_600).punches('2026-11-22 08:00:00'),
    ],
    [
      'an operation from a dialect that tells none',
      (device: TestDevice) => device.poll({ lines: 1, skipped: 1 }),
    ],
  ])('%s proves nothing', (_, contact) => {
    const guard = guardOf();
    const device = new TestDevice('adms');
    show(guard, device, device.poll());
    show(guard, device, contact(device));
    show(guard, device, contact(device));
    expect(device.facts).toEqual({});
  });

  it('nothing does while punches were asked for', () => {
    const guard = guardOf();
    const device = new TestDevice('adms');
    device.pending = [{ id: '5', verb: 'resend', text: '' }];
    show(guard, device, device.poll({ commandsSent: ['5'] }));
    device.pending = [];
    for (let i = 0; i < 4; i += 1) show(guard, device, device.later(10).punches('2026-11-01 08:00:00'));
    expect(device.facts).toEqual({});
  });

  it('small differences are no news, so that polls cost no commit', () => {
    const guard = guardOf();
    const device = new TestDevice('fkweb');
    show(guard, device, device.tells('2026-11-22 12:00:03'));
    expect(show(guard, device, device.later(10).tells('2026-11-22 12:00:14')).facts).toEqual({});
    expect(show(guard, device, device.later(10).tells('2026-11-22 12:00:29')).facts).toEqual({
      clockOffsetSeconds: '9',
    });
  });

  it('a clock set by hand is not known until the next proof', () => {
    const guard = guardOf();
    const device = new TestDevice('adms');
    device.facts = { clockOffsetSeconds: '-600' };
    show(guard, device, device.poll({ facts: { clockSetAt: '2026-11-22 12:00:00' } }));
    expect(device.facts.clockOffsetSeconds).toBe('');
  });
});

describe('what is said', () => {
  it('once when a clock goes wrong, once when it is right again', () => {
    const guard = guardOf();
    const device = new TestDevice('fkweb');
    for (const time of ['12:00:30', '12:07:00', '12:07:10', '12:00:20'])
      show(guard, device, device.tells(`2026-11-22 ${time}`));
    expect(said).toEqual([
      {
        level: 'warn',
        message:
          'The clock of device CQZ0000000001 is 7 min ahead; hip devices command CQZ0000000001 set-time sets it.',
      },
      { level: 'info', message: 'The clock of device CQZ0000000001 is right again.' },
    ]);
  });

  it.each([
    [0, 'right'],
    [-3, '3 s behind'],
    [400, '7 min ahead'],
    [-25_200, '7 h behind'],
    [604_800, '7 days ahead'],
    [-848_000_000, '27 years behind'],
  ])('%i seconds are %s', (seconds, words) => expect(renderOffset(seconds)).toBe(words));
});

describe('setting clocks', () => {
  const FALLEN = '2016-05-01 00:00:00';

  it('is for FK devices that read before 2020, unless told otherwise', () => {
    const due = (dialect: string, time: string, autoSet: boolean | null): readonly string[] => {
      const guard = guardOf({ autoSet });
      const device = new TestDevice(dialect);
      show(guard, device, device.tells(time));
      return guard.takeDue();
    };
    const sn = ['CQZ0000000001'];
    expect(due('fkweb', FALLEN, null)).toEqual(sn);
    expect(due('fkweb', '2026-11-22 11:00:00', null)).toEqual([]);
    expect(due('adms-security', FALLEN, null)).toEqual([]);
    expect(due('adms-security', '2026-11-22 11:00:00', true)).toEqual(sn);
    expect(due('fkweb', '2026-11-22 11:00:00', true)).toEqual(sn);
    expect(due('fkweb', '2026-11-22 11:59:30', true)).toEqual([]);
    expect(due('fkweb', FALLEN, false)).toEqual([]);
  });

  it('happens once, and once more only after the clock was right in between', () => {
    const guard = guardOf();
    const device = new TestDevice('fkweb');
    let times = 0;
    const tell = (time: string): void => {
      show(guard, device, device.later(10).tells(time));
      times += guard.takeDue().length;
    };
    for (let i = 0; i < 100; i += 1) tell(FALLEN);
    expect(times).toBe(1);
    tell(device.now);
    for (let i = 0; i < 100; i += 1) tell(FALLEN);
    expect(times).toBe(2);
    expect(said.filter(({ message }) => message.includes('will be set'))).toHaveLength(2);
  });

  it('does not happen twice over a restart of hip', () => {
    const device = new TestDevice('fkweb');
    show(guardOf(), device, device.tells(FALLEN));
    const restarted = guardOf();
    show(restarted, device, device.later(10).tells(FALLEN));
    expect(restarted.takeDue()).toEqual([]);
  });

  it('is left to the dialect where that did it in its answer', () => {
    const guard = guardOf();
    const device = new TestDevice('fkweb');
    const facts = { clockSetSentAt: '2026-11-22T12:00:00.000Z' };
    show(guard, device, device.tells('2000-01-01 00:00:10', { facts }));
    show(guard, device, device.later(10).tells('2000-01-01 00:00:20'));
    expect(guard.takeDue()).toEqual([]);
  });

  it("waits while this PC's own clock is in doubt", () => {
    const guard = guardOf();
    const device = new TestDevice('fkweb');
    isPcRight = false;
    show(guard, device, device.tells(FALLEN));
    expect([guard.maySet, guard.takeDue()]).toEqual([false, []]);
    isPcRight = true;
    show(guard, device, device.later(10).tells(FALLEN));
    expect([guard.maySet, guard.takeDue()]).toEqual([true, ['CQZ0000000001']]);
    expect(guardOf({ autoSet: false }).maySet).toBe(false);
  });
});

describe('a clock that fell back', () => {
  /** Fell back, was set, and falls back again a day later. */
  function fallTwice(guard: ClockGuard, device: TestDevice): void {
    show(guard, device, device.tells(device.now));
    show(guard, device, device.later(600).tells('2000-01-01 00:02:00'));
    show(guard, device, device.later(600).tells(device.now));
    show(guard, device, device.later(86_400).tells('2000-01-01 00:01:00'));
  }

  it('gives its suspect punches the stretch they are of', () => {
    const guard = guardOf();
    const device = new TestDevice('fkweb', '2026-11-22 12:00:00');
    expect(show(guard, device, device.punches('2000-01-01 00:05:00')).clockReset).toBeNull();
    fallTwice(guard, device);
    const { clockReset } = show(guard, device, device.later(300).punches('2000-01-01 00:05:40'));
    expect(clockReset?.since).toEqual(new Date('2026-11-23T12:20:00.000Z'));
    expect(clockReset?.from).toBe('1999-12-31 23:01:00');
    // What the clock shows by now, and a little for the way.
    expect(clockReset?.to).toBe('2000-01-01 00:08:00');
    expect(show(guard, device, device.punches('2026-11-23 12:25:00')).clockReset).toBeNull();
  });

  it('keeps the stretch when it is set, for punches that come late, and over a restart', () => {
    const device = new TestDevice('fkweb');
    fallTwice(guardOf(), device);
    const restarted = guardOf();
    show(restarted, device, device.later(10).tells('2000-01-01 00:01:10'));
    show(restarted, device, device.later(290).tells(device.now));
    const { clockReset } = show(restarted, device, device.later(7_200).punches('2000-01-01 00:03:00'));
    expect(clockReset?.since).toEqual(new Date('2026-11-23T12:20:00.000Z'));
    expect(clockReset?.to).toBe('2000-01-01 00:08:00');
  });

  it('is seen to fall back again without having been set', () => {
    const guard = guardOf({ autoSet: false });
    const device = new TestDevice('fkweb');
    fallTwice(guard, device);
    show(guard, device, device.later(86_400).tells('2000-01-02 00:01:00'));
    expect(device.facts.clockReset).toMatch(/^2026-11-23T12:20/);
    show(guard, device, device.later(60).tells('2000-01-01 00:00:30'));
    expect(device.facts.clockReset).toMatch(/^2026-11-24T12:21/);
  });

  it('is believed from one live punch: no delay is decades long', () => {
    const guard = guardOf();
    const device = new TestDevice('adms');
    show(guard, device, device.poll());
    show(guard, device, device.later(10).punches('2026-11-22 12:00:08'));
    const { clockReset, facts } = show(guard, device, device.later(10).punches('2000-01-01 00:05:00'));
    expect(clockReset?.since).toEqual(new Date('2026-11-22T12:00:20.000Z'));
    expect(Number(facts.clockOffsetSeconds)).toBeLessThan(-800_000_000);
    show(guard, device, device.later(10).poll());
    const next = show(guard, device, device.later(10).punches('2000-01-01 00:05:20'));
    expect(next.clockReset?.since).toEqual(clockReset?.since);
  });

  it('says nothing of punches that a command brought from memory', () => {
    const guard = guardOf();
    const device = new TestDevice('fkweb');
    fallTwice(guard, device);
    const commandResults = [{ id: '9', returnCode: 0, command: '', detail: null }];
    const contact = device.contact({
      punches: [device.punch('2000-01-01 00:01:30')],
      lines: 1,
      commandResults,
    });
    expect(show(guard, device, contact).clockReset).toBeNull();
  });
});
