import { beforeEach, describe, expect, test } from 'vitest';
import { type Sink, type SinkPunch, SinkUnavailable } from '../../src/lib/sinks/sink.js';

/** What a sink must be put through; each test begins with an empty target. */
export interface SinkRig {
  /** A new sink on the same target; the rig closes it. */
  createSink(): Sink;
  empty(): Promise<void>;
  countRows(): Promise<number>;
  /** A punch with this key that the target will always refuse for its values. */
  createBadPunch(key: number): SinkPunch;
  /** Takes the target away and brings it back as it was. */
  breakDown(): Promise<void>;
  recover(): Promise<void>;
}

/** Every sink, real or fake, must pass; the forwarder leans on nothing else. */
export function describeSinkContract(name: string, rig: SinkRig): void {
  describe(`the contract of a sink: ${name}`, () => {
    let sink: Sink;

    beforeEach(async () => {
      await rig.empty();
      sink = rig.createSink();
      await sink.probe();
    });

    test('a probe of a sound target has no faults', async () => {
      expect(await sink.probe()).toMatchObject({ reachable: true, faults: [] });
    });

    test('the target is named without secrets', () => {
      expect(sink.target).toMatch(/^mysql:\/\/[^@]+:\d+\/[^/]+\.[^/]+$/);
    });

    test('writes are taken side by side, as many as it says', async () => {
      expect(sink.parallelWrites).toBeGreaterThanOrEqual(1);
      const batches = [0, 15, 30].map((first) => load(15).map(({ key }) => create(first + key)));
      const results = await Promise.all(batches.map((batch) => sink.write(batch)));
      expect(results.map((result) => result.accepted.length)).toEqual([15, 15, 15]);
      expect(await rig.countRows()).toBe(45);
    });

    test('what is written is accepted and counted as new', async () => {
      expect(await sink.write(load(5))).toEqual({ accepted: [1, 2, 3, 4, 5], inserted: 5, rejected: [] });
      expect(await rig.countRows()).toBe(5);
    });

    test('law 2: however often it is written, it has its effect once', async () => {
      await sink.write(load(3));
      expect(await sink.write(load(4))).toEqual({ accepted: [1, 2, 3, 4], inserted: 1, rejected: [] });
      expect(await rig.createSink().write(load(4))).toMatchObject({ accepted: [1, 2, 3, 4], inserted: 0 });
      expect(await rig.countRows()).toBe(4);
    });

    test('law 2: device, user and second tell punches apart, and nothing else does', async () => {
      const batch = [
        create(1),
        create(1, { key: 2, deviceName: 'SIM2' }),
        create(1, { key: 3, userId: '2' }),
        create(1, { key: 4, userId: '01' }),
        create(2, { key: 5 }),
        create(1, { key: 6, status: 1, verify: 15, raw: 'other' }),
      ];
      expect(await sink.write(batch)).toEqual({ accepted: [1, 2, 3, 4, 5, 6], inserted: 5, rejected: [] });
      expect(await rig.countRows()).toBe(5);
    });

    test('an empty batch is taken', async () => {
      expect(await sink.write([])).toEqual({ accepted: [], inserted: 0, rejected: [] });
    });

    test('law 4: a bad row is rejected with code and words, its neighbours are accepted', async () => {
      const result = await sink.write([create(1), rig.createBadPunch(2), create(3)]);
      expect(result).toMatchObject({ accepted: [1, 3], inserted: 2 });
      expect(result.rejected).toEqual([
        { key: 2, code: expect.stringMatching(/^[A-Z_]+$/), message: expect.stringMatching(/\w/) },
      ]);
      expect(await rig.countRows()).toBe(2);
    });

    test('law 4: a target that is away keeps the whole batch, and takes it later', async () => {
      await rig.breakDown();
      const error: unknown = await sink.write(load(3)).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SinkUnavailable);
      const { fault } = error as SinkUnavailable;
      expect(fault).toMatchObject({
        code: expect.stringMatching(/^HIP_/),
        remedy: expect.stringMatching(/\w/),
      });
      const { faults } = await sink.probe();
      expect(faults.map(({ code }) => code)).toContain(fault.code);
      await rig.recover();
      expect((await sink.probe()).faults).toEqual([]);
      expect(await sink.write(load(3))).toMatchObject({ accepted: [1, 2, 3], inserted: 3 });
    });

    test('batches may be written side by side', async () => {
      const all = load(40);
      const parts = [all.slice(0, 10), all.slice(10, 20), all.slice(20, 30), all.slice(25)];
      const results = await Promise.all(parts.map((part) => sink.write(part)));
      expect(results.map((result) => result.accepted.length)).toEqual([10, 10, 10, 15]);
      expect(results.reduce((sum, result) => sum + (result.inserted ?? 0), 0)).toBe(40);
      expect(await rig.countRows()).toBe(40);
    });
  });
}

function create(second: number, changes: Partial<SinkPunch> = {}): SinkPunch {
  const time = `2026-01-05 08:00:${String(second).padStart(2, '0')}`;
  return { key: second, deviceName: 'SIM1', userId: '1', time, status: 0, verify: 1, raw: 'raw', ...changes };
}

function load(count: number): SinkPunch[] {
  return Array.from({ length: count }, (_, i) => create(i + 1));
}
