import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../src/lib/tray/alarms.js';
import { describeTray } from '../../src/lib/tray/describe.js';
import type { TrayFacts } from '../../src/lib/tray/facts.js';
import { LANGUAGES } from '../../src/lib/tray/texts.js';
import type { TrayView } from '../../src/lib/tray/view.js';
import { ago, english, facts, HOUR_MS, readMenu, service, status } from './rig.js';

function view(seen: TrayFacts, alarms: readonly Alarm[] = [], syncing = false): TrayView {
  return describeTray({ facts: seen, alarms, syncing }, english);
}

it('shows both services, backlog, last punch, and what can be done', () => {
  const seen = facts({
    services: [service('serve', 'running'), service('sync', 'stopped')],
    status: status({ waiting: 12, oldestWaitingAt: ago(HOUR_MS / 2) }),
  });
  expect(readMenu(view(seen).menu)).toEqual([
    'hip needs attention',
    '-',
    'Device listener: running',
    '  (Start)',
    '  Stop',
    '  Restart',
    'File sync: stopped',
    '  Start',
    '  (Stop)',
    '  (Restart)',
    '-',
    'Punches waiting: 12, since 2026-01-05 07:30',
    'Last punch: 2026-01-05 07:59',
    '-',
    'Sync files now',
    'Show status',
    'Open log folder',
    '-',
    'About hip',
    'Exit',
  ]);
});

it('has a tooltip of backlog and last punch', () => {
  expect(view(facts()).tooltip).toBe('hip is running\nPunches waiting: 0\nLast punch: 2026-01-05 07:59');
});

it('starts no second sync while one is at work', () => {
  const menu = readMenu(view(facts(), [], true).menu);
  expect(menu).toContain('(Syncing files…)');
  expect(menu).not.toContain('Sync files now');
});

it('says of a service what it is when it is not ours to command', () => {
  const foreign = { ...service('sync', 'running'), installed: 'foreign' } as const;
  const menu = readMenu(view(facts({ services: [service('serve', null), foreign] })).menu);
  expect(menu).toContain('(Device listener: not installed)');
  expect(menu).toContain('(File sync: belongs to another program)');
});

describe('the icon', () => {
  it.each([
    ['running', 'running', 'running'],
    ['trouble', 'running', 'stopped'],
    ['trouble', 'stopped', 'running'],
    ['running', 'running', null],
    ['stopped', 'stopped', 'stopped'],
    ['stopped', 'stopped', null],
    ['stopped', null, null],
    ['stopped', 'starting', null],
    ['trouble', 'running', 'stopping'],
  ] as const)('is "%s" when serve is %s and sync is %s', (icon, serve, sync) => {
    expect(view(facts({ services: [service('serve', serve), service('sync', sync)] })).icon).toBe(icon);
  });

  it.each([
    ['the journal can not store', { journalError: 'the disk is full' }, 'the disk is full'],
    ['the database is away', { sink: { reachable: false, error: 'x' } }, 'The database is not reachable'],
    ['the database refuses', { sink: { error: 'no INSERT right' } }, 'The database refuses'],
  ] as const)('is "trouble" when %s', (_, options, line) => {
    const shown = view(facts({ status: status(options) }));
    expect(shown.icon).toBe('trouble');
    expect(readMenu(shown.menu)[1]).toContain(line);
  });

  it('is "trouble" when serve runs but does not answer', () => {
    expect(view(facts({ status: null })).icon).toBe('trouble');
    expect(readMenu(view(facts({ status: null })).menu)[1]).toBe('The device listener does not answer');
  });

  it('is "trouble" while an alarm stands', () => {
    const silent = ['A', 'B', 'C', 'D', 'E'].map(
      (name): Alarm => ({ kind: 'device', name, silentMs: HOUR_MS }),
    );
    const shown = view(facts(), silent);
    expect(shown.icon).toBe('trouble');
    expect(readMenu(shown.menu)[1]).toBe('A, B, C and 2 more: silent');
  });
});

it('keeps the tooltip within what Windows has room for, in every language', () => {
  const silent: Alarm = { kind: 'device', name: '🖐'.repeat(80), silentMs: HOUR_MS };
  for (const texts of Object.values(LANGUAGES)) {
    const speech = { ...english, texts };
    const { tooltip } = describeTray({ facts: facts(), alarms: [silent], syncing: false }, speech);
    expect(tooltip.length).toBeLessThanOrEqual(127);
    expect(Buffer.from(tooltip).toString()).toBe(tooltip);
    expect(tooltip).toContain('2026-01-05 07:59');
  }
});
