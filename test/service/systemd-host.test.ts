import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostedRun } from '../../src/lib/service/host.js';
import { createSystemdHost, type SystemdHostParts } from '../../src/lib/service/systemd-host.js';
import { openNotifySocket } from '../../src/lib/service/systemd-notify.js';

describe('a program under systemd', () => {
  let told: string[];
  let timers: { ms: number; call: () => void }[];
  let stop: () => void;

  function parts(more: Partial<SystemdHostParts> = {}): SystemdHostParts {
    return {
      notify: async (message) => {
        told.push(message);
      },
      watchdogMs: 180_000,
      after: (ms, call) => {
        const timer = { ms, call };
        timers.push(timer);
        return () => {
          timers.splice(timers.indexOf(timer), 1);
        };
      },
      untilStopped: (failed) =>
        Promise.race([
          failed,
          new Promise<void>((resolve) => {
            stop = resolve;
          }),
        ]),
      ...more,
    };
  }

  const running = (more: Partial<HostedRun> = {}): HostedRun => ({
    failed: new Promise<never>(() => undefined),
    stop: async () => {
      told.push('(drained)');
    },
    ...more,
  });

  beforeEach(() => {
    told = [];
    timers = [];
  });

  it('says that it is ready, alive, and stopping, each when it is so', async () => {
    const started = createSystemdHost(parts()).run({ start: async () => running() });
    await expect.poll(() => told).toContain('READY=1');
    for (let beat = 0; beat < 3; beat += 1) {
      const timer = timers.shift();
      expect(timer?.ms).toBe(90_000);
      timer?.call();
    }
    expect(told.filter((message) => message === 'WATCHDOG=1')).toHaveLength(4);
    stop();
    await started;
    expect(told.slice(-2)).toEqual(['STOPPING=1', '(drained)']);
    expect(timers).toEqual([]);
  });

  it('is silent where it could not start, so that the reason is its exit code', async () => {
    const start = () => Promise.reject(new Error('port in use'));
    await expect(createSystemdHost(parts()).run({ start })).rejects.toThrow('port in use');
    expect(told).toEqual([]);
    expect(timers).toEqual([]);
  });

  it('drains and fails when the program fails', async () => {
    const failed = Promise.reject(new Error('a bug'));
    const host = createSystemdHost(parts({ watchdogMs: null }));
    await expect(host.run({ start: async () => running({ failed }) })).rejects.toThrow('a bug');
    expect(told).toEqual(['READY=1', 'STOPPING=1', '(drained)']);
  });
});

describe('systemd-notify', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hip-notify-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is given the message and the socket', async () => {
    const script = `#!/bin/sh\necho "$NOTIFY_SOCKET $*" >> "${folder}/told"\n`;
    writeFileSync(join(folder, 'systemd-notify'), script, { mode: 0o755 });
    const PATH = `${folder}${delimiter}${process.env.PATH}`;
    const socket = openNotifySocket(
      { NOTIFY_SOCKET: '@x', WATCHDOG_USEC: '180000000', PATH },
      () => undefined,
    );
    expect(socket?.watchdogMs).toBe(180_000);
    await socket?.notify('READY=1');
    expect(readFileSync(join(folder, 'told'), 'utf8')).toBe('@x READY=1\n');
  });

  it('is not called where systemd did not start us, and its absence is told', async () => {
    const problems: string[] = [];
    expect(openNotifySocket({}, () => undefined)).toBeNull();
    const socket = openNotifySocket({ NOTIFY_SOCKET: '@x', PATH: folder }, (problem) =>
      problems.push(problem),
    );
    expect(socket?.watchdogMs).toBeNull();
    await socket?.notify('READY=1');
    expect(problems).toEqual([expect.stringContaining('ENOENT')]);
  });
});
