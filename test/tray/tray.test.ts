import { expect, it } from 'vitest';
import { HipError } from '../../src/lib/errors.js';
import type { ServiceRole, ServiceStatus } from '../../src/lib/service/service.js';
import type { SyncOutcome } from '../../src/lib/tray/balloons.js';
import type { StatusFacts } from '../../src/lib/tray/facts.js';
import { createTray, type Tray } from '../../src/lib/tray/tray.js';
import type { Balloon, TrayView } from '../../src/lib/tray/view.js';
import { FakeClock, settled } from '../forwarder/rig.js';
import { english, readMenu, service, status } from './rig.js';

/** A desktop, a service manager and a running serve, as the tray meets them. */
class FakeWorld {
  readonly clock = new FakeClock();
  readonly views: TrayView[] = [];
  readonly balloons: Balloon[] = [];
  readonly done: string[] = [];
  readonly states: Record<ServiceRole, ServiceStatus> = {
    serve: service('serve', 'running'),
    sync: service('sync', 'running'),
  };
  status: StatusFacts | null = status();
  failure: unknown = null;
  allowed = true;
  outcome = Promise.resolve<SyncOutcome>({ code: 1, counts: null, error: null });
  closed = 0;

  start(): Tray {
    const tray = createTray({
      clock: this.clock,
      speech: english,
      icon: {
        show: (view) => void this.views.push(view),
        notify: (balloon) => void this.balloons.push(balloon),
        close: () => {
          this.closed += 1;
        },
      },
      services: {
        status: async (role) => this.states[role],
        start: (role) => this.#turn(role, 'running'),
        stop: (role) => this.#turn(role, 'stopped'),
      },
      readStatus: async () => this.status,
      desk: {
        sync: () => this.outcome,
        showStatus: async () => void this.done.push('status'),
        openLogs: () => void this.done.push('logs'),
        showAbout: () => void this.done.push('about'),
        elevate: (verb, role) => {
          this.done.push(`elevated ${verb} ${role}`);
          return this.allowed;
        },
      },
    });
    tray.start();
    return tray;
  }

  get menu(): string[] {
    return readMenu(this.views.at(-1)?.menu ?? []);
  }

  async #turn(role: ServiceRole, state: 'running' | 'stopped'): Promise<void> {
    if (this.failure) throw this.failure;
    this.done.push(`${role} ${state}`);
    this.states[role] = service(role, state);
  }
}

it('looks every two seconds, and tells what it sees once', async () => {
  const world = new FakeWorld();
  world.start();
  await world.clock.advance(0);
  expect(world.views.at(-1)?.icon).toBe('running');
  world.states.serve = service('serve', 'stopped', 'it was killed');
  world.status = null;
  await world.clock.advance(10_000);
  expect(world.views.at(-1)?.icon).toBe('trouble');
  expect(world.balloons.map(({ title }) => title)).toEqual(['Device listener has stopped']);
  world.states.serve = service('serve', 'running');
  world.status = status();
  await world.clock.advance(10_000);
  expect(world.views).toHaveLength(11);
  expect(world.balloons.map(({ title }) => title).slice(1)).toEqual(['Device listener is running again']);
});

it('stops, starts and restarts a service, and shows it at once', async () => {
  const world = new FakeWorld();
  const tray = world.start();
  await settled();
  tray.act({ do: 'stop', role: 'serve' });
  await settled();
  expect(world.menu).toContain('Device listener: stopped');
  tray.act({ do: 'start', role: 'serve' });
  await settled();
  tray.act({ do: 'restart', role: 'sync' });
  await settled();
  expect(world.done).toEqual(['serve stopped', 'serve running', 'sync stopped', 'sync running']);
  expect(world.balloons).toEqual([]);
});

it('asks Windows for administrator rights where they are needed, and says when they were denied', async () => {
  const world = new FakeWorld();
  world.failure = new HipError('HIP_NOT_ADMIN', 'Only administrators may do that.');
  const tray = world.start();
  tray.act({ do: 'restart', role: 'serve' });
  await settled();
  expect(world.done).toEqual(['elevated restart serve']);
  expect(world.balloons).toEqual([]);
  world.allowed = false;
  tray.act({ do: 'stop', role: 'serve' });
  await settled();
  expect(world.balloons).toMatchObject([
    { level: 'warning', text: 'Windows did not give administrator rights.' },
  ]);
});

it('says why a service could not be started', async () => {
  const world = new FakeWorld();
  world.failure = new HipError('HIP_SERVICE_FAILED', 'Port 9090 is taken.');
  world.start().act({ do: 'start', role: 'serve' });
  await settled();
  expect(world.balloons).toMatchObject([
    { title: 'Device listener: that did not work', text: 'Port 9090 is taken.' },
  ]);
});

it('syncs once at a time and tells what came of it', async () => {
  const world = new FakeWorld();
  let finish: (outcome: SyncOutcome) => void = () => undefined;
  world.outcome = new Promise((resolve) => {
    finish = resolve;
  });
  const tray = world.start();
  await settled();
  tray.act({ do: 'sync' });
  tray.act({ do: 'sync' });
  await settled();
  expect(world.menu).toContain('(Syncing files…)');
  finish({ code: 3, counts: { punches: 5, delivered: 0, waiting: 5 }, error: 'The line is down.' });
  await settled();
  expect(world.menu).toContain('Sync files now');
  expect(world.balloons).toMatchObject([
    { level: 'warning', text: 'New punches: 5. Delivered: 0. Waiting: 5. The line is down.' },
  ]);
});

it('opens status, log folder and about', async () => {
  const world = new FakeWorld();
  const tray = world.start();
  for (const action of ['status', 'logs', 'about'] as const) tray.act({ do: action });
  await settled();
  expect(world.done).toEqual(['status', 'logs', 'about']);
});

it('ends when asked to: the icon is gone and nothing is looked at any more', async () => {
  const world = new FakeWorld();
  const tray = world.start();
  await settled();
  tray.act({ do: 'exit' });
  tray.end();
  await expect(tray.ended).resolves.toBeUndefined();
  const views = world.views.length;
  await world.clock.advance(60_000);
  expect([world.closed, world.views.length]).toEqual([1, views]);
});

it('takes its icon along when it fails', async () => {
  const world = new FakeWorld();
  world.failure = new TypeError('a bug');
  const tray = world.start();
  tray.act({ do: 'start', role: 'serve' });
  await expect(tray.ended).rejects.toThrow('a bug');
  expect(world.closed).toBe(1);
});
