import { beforeEach, describe, expect, it } from 'vitest';
import { HipError } from '../../src/lib/errors.js';
import type { HostedProgram, HostedRun, Trouble } from '../../src/lib/service/host.js';
import type { ServiceEvent } from '../../src/lib/windows/event-log.js';
import {
  type ControlledService,
  createServiceHost,
  type ServiceControl,
  type StateReport,
} from '../../src/lib/windows/service-host.js';
import { FakeClock, settled } from '../forwarder/rig.js';

/** A service manager that starts the service at once, and keeps what it is told. */
class FakeControl implements ServiceControl {
  readonly reports: StateReport[] = [];
  service: ControlledService | undefined;
  #stopped = (): void => undefined;

  connect(service: ControlledService): Promise<void> {
    this.service = service;
    const stopped = new Promise<void>((resolve) => {
      this.#stopped = resolve;
    });
    service.begin();
    return stopped;
  }

  report(report: StateReport): void {
    this.reports.push(report);
    if (report.state === 'stopped') this.#stopped();
  }

  /** The states in their order, repetitions left out. */
  get states(): string[] {
    return this.reports.map(({ state }) => state).filter((state, at, all) => state !== all[at - 1]);
  }
}

describe('a process that is a Windows service', () => {
  let control: FakeControl;
  let clock: FakeClock;
  let events: ServiceEvent[];
  const kinds = (): string[] => events.map(({ kind }) => kind);

  beforeEach(() => {
    control = new FakeControl();
    clock = new FakeClock();
    events = [];
  });

  function host(program: HostedProgram): Promise<void> {
    return createServiceHost({ control, clock, events: { write: (event) => events.push(event) } }).run(
      program,
    );
  }

  const never = new Promise<never>(() => undefined);

  it('is starting until the program works, then running, and stopped only when it has drained', async () => {
    const [started, drained] = [withResolve(), withResolve()];
    const running: HostedRun = { failed: never, stop: () => drained.promise };
    const ended = host({ start: () => started.promise.then(() => running) });
    await clock.advance(2_500);
    expect(control.reports).toEqual(
      [1, 2, 3].map((checkpoint) => ({ state: 'starting', checkpoint, waitMs: 120_000 })),
    );
    started.resolve();
    await settled();
    expect(control.reports.at(-1)).toEqual({ state: 'running' });

    control.service?.ask('stop');
    await clock.advance(1_500);
    expect(control.reports.slice(-2)).toEqual(
      [1, 2].map((checkpoint) => ({ state: 'stopping', checkpoint, waitMs: 20_000 })),
    );
    drained.resolve();
    await ended;
    expect(control.reports.at(-1)).toEqual({ state: 'stopped', exitCode: 0 });
    expect(kinds()).toEqual(['started', 'stopping', 'stopped']);
    await clock.advance(10_000);
    expect(control.states).toEqual(['starting', 'running', 'stopping', 'stopped']);
  });

  it('drains once, however often it is asked to stop', async () => {
    let stops = 0;
    const stop = async (): Promise<void> => {
      stops += 1;
    };
    const ended = host({ start: async () => ({ failed: never, stop }) });
    await settled();
    for (const wish of ['preshutdown', 'shutdown', 'stop'] as const) control.service?.ask(wish);
    await ended;
    expect(stops).toBe(1);
    expect(events.filter(({ kind }) => kind === 'stopping')).toEqual([
      { kind: 'stopping', wish: 'preshutdown' },
    ]);
  });

  it('heeds a wish to stop that comes while it starts', async () => {
    const started = withResolve();
    let stops = 0;
    const stop = async (): Promise<void> => {
      stops += 1;
    };
    const ended = host({ start: () => started.promise.then(() => ({ failed: never, stop })) });
    control.service?.ask('shutdown');
    started.resolve();
    await ended;
    expect(stops).toBe(1);
    expect(control.states).toEqual(['starting', 'stopping', 'stopped']);
  });

  it('calls no start a failure that was given up because nobody waits for it', async () => {
    const program: HostedProgram = {
      start: (signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('gave up')))),
    };
    const ended = host(program);
    control.service?.ask('stop');
    await ended;
    expect(control.reports.at(-1)).toEqual({ state: 'stopped', exitCode: 0 });
  });

  it('tells why it could not start: exit code to the system, words to the Event Log', async () => {
    const error = new HipError('HIP_PORT_IN_USE', 'Port 9090 is taken.', { suggestions: ['Free it'] });
    await expect(host({ start: () => Promise.reject(error) })).rejects.toBe(error);
    expect(control.reports.at(-1)).toEqual({ state: 'stopped', exitCode: 2 });
    expect(events).toEqual([{ kind: 'cannotStart', reason: 'Port 9090 is taken.\nFree it' }]);
  });

  it('ends with 1 on a bug while it runs, after closing what is left', async () => {
    let fail = (_error: Error): void => undefined;
    const failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    const ended = host({
      start: async () => ({ failed, stop: () => Promise.reject(new Error('also closing')) }),
    });
    await settled();
    fail(new Error('the journal is damaged'));
    await expect(ended).rejects.toThrow('the journal is damaged');
    expect(control.states).toEqual(['starting', 'running', 'stopping', 'stopped']);
    expect(control.reports.at(-1)).toEqual({ state: 'stopped', exitCode: 1 });
    expect(events.at(-1)).toEqual({ kind: 'failed', reason: 'the journal is damaged' });
  });

  it('tells the Event Log of a trouble once, and once when it is over', async () => {
    let troubles: Trouble[] = [];
    const ended = host({
      start: async () => ({ failed: never, stop: async () => undefined, troubles: () => troubles }),
    });
    await settled();
    troubles = [{ kind: 'journal', reason: 'the disk is full' }];
    await clock.advance(180_000);
    troubles = [];
    await clock.advance(180_000);
    expect(events).toEqual([
      { kind: 'started' },
      { kind: 'journalTrouble', reason: 'the disk is full' },
      { kind: 'journalHealed', reason: 'the disk is full' },
    ]);
    control.service?.ask('stop');
    await ended;
  });
});

function withResolve(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}
