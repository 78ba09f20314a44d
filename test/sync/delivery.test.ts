import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createLastingDelivery,
  createRunDelivery,
  type DeliveryWait,
} from '../../src/lib/shell/sync/sync-delivery.js';
import { createRig, LINE_DOWN, settled } from '../forwarder/rig.js';

const MINUTE_MS = 60_000;

describe('the delivery of one run', () => {
  it('begins beside a long reading, and ends when nothing waits', async () => {
    const { journal, sink, lock, clock, forwarder } = createRig();
    const delivery = createRunDelivery({ forwarder, journal, sink, clock });
    journal.append(3);
    delivery.appended(3);
    await clock.advance(5_000);
    expect(sink.probes).toBe(0);
    delivery.appended(10_000);
    await clock.advance(5_000);
    expect(journal.totals()).toMatchObject({ waiting: 0, delivered: 3 });
    journal.append(2);
    const finished = delivery.finish();
    await clock.advance(5_000);
    expect(await finished).toMatchObject({ outcome: 'drained', waiting: 0 });
    expect(lock.held).toBe(false);
  });

  it('finishes what is under way without another look at the target', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    const delivery = createRunDelivery({ forwarder, journal, sink, clock });
    journal.append(30);
    sink.hangs.add(1);
    delivery.appended(10_000);
    await clock.advance(100);
    const finished = delivery.finish();
    await clock.advance(3_000);
    sink.letGo();
    await clock.advance(100);
    expect(await finished).toMatchObject({ outcome: 'drained', waiting: 0 });
    expect(sink.probes).toBe(1);
  });

  it('ends although others go on appending', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    const delivery = createRunDelivery({ forwarder, journal, sink, clock });
    const write = sink.write.bind(sink);
    sink.write = async (batch) => {
      await new Promise<void>((resolve) => clock.after(100, resolve));
      return write(batch);
    };
    journal.append(30);
    delivery.appended(10_000);
    let outcome: string | null = null;
    void delivery.finish().then((result) => {
      outcome = result.outcome;
    });
    for (let ms = 0; ms < 3_000; ms += 20) {
      journal.append(1);
      await clock.advance(20);
    }
    expect(outcome).toBe('drained');
  });

  it('lets the reading wait while it gets on, and never for long', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    const delivery = createRunDelivery({ forwarder, journal, sink, clock });
    sink.hangs.add(1);
    journal.append(20_000);
    let isThrough = false;
    const pause = async (): Promise<void> => {
      isThrough = false;
      await delivery.room();
      isThrough = true;
    };
    await pause();
    delivery.appended(20_000);
    await clock.advance(1_000);
    const first = pause();
    await clock.advance(1_500);
    expect(isThrough).toBe(false);
    await clock.advance(1_000);
    await first;
    const second = pause();
    await clock.advance(500);
    expect(isThrough).toBe(false);
    sink.letGo();
    await clock.advance(1_000);
    await second;
    expect(journal.totals().waiting).toBeLessThan(12_000);
    await delivery.stop();
  });

  it('lets no reading wait for a backlog that was there before, or for a target that is away', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    const delivery = createRunDelivery({ forwarder, journal, sink, clock });
    sink.breakDown(LINE_DOWN);
    journal.append(20_000);
    delivery.appended(20_000);
    await clock.advance(1_000);
    expect(forwarder.state().state).toBe('backing-off');
    await delivery.room();
    await delivery.stop();
  });

  it('waits for another forwarder as long as that one gets on', async () => {
    const { journal, sink, lock, clock, forwarder } = createRig();
    lock.taken = true;
    journal.append(30);
    const delivery = createRunDelivery({ forwarder, journal, sink, clock });
    let outcome: string | null = null;
    void delivery.finish().then((result) => {
      outcome = result.outcome;
    });
    for (let key = 1; key <= 30; key += 1) {
      await clock.advance(MINUTE_MS - 5_000);
      expect(outcome).toBeNull();
      journal.settle({ target: 'x', accepted: [key], rejected: [] });
    }
    await clock.advance(1_000);
    expect(outcome).toBe('drained');
  });

  it('gives up on another forwarder that gets nothing done', async () => {
    const { journal, sink, lock, clock, forwarder } = createRig();
    lock.taken = true;
    journal.append(3);
    const finished = createRunDelivery({ forwarder, journal, sink, clock }).finish();
    await clock.advance(2 * MINUTE_MS);
    expect(await finished).toMatchObject({ outcome: 'timed-out', waiting: 3 });
  });

  it('waits for no other forwarder while the target can not be reached', async () => {
    const { journal, sink, lock, clock, forwarder } = createRig();
    lock.taken = true;
    sink.breakDown(LINE_DOWN);
    journal.append(3);
    const waits: DeliveryWait[] = [];
    const onWait = (wait: DeliveryWait): void => void waits.push(wait);
    const finished = createRunDelivery({ forwarder, journal, sink, clock, onWait }).finish();
    await clock.advance(1_000);
    expect(waits.at(-1)).toEqual({ waiting: 3, byAnother: true });
    await clock.advance(4_000);
    expect(await finished).toMatchObject({ outcome: 'unreachable', fault: LINE_DOWN, waiting: 3 });
    expect(lock.held).toBe(false);
  });

  it('ends with what failed while it looked at the target', async () => {
    const { journal, sink, lock, clock, forwarder } = createRig();
    lock.taken = true;
    sink.missing = true;
    journal.append(4);
    journal.settle({ target: sink.target, accepted: [1], rejected: [] });
    const full = new Error('the disk is full');
    journal.failure = full;
    const finished = createRunDelivery({ forwarder, journal, sink, clock }).finish();
    const failed = expect(finished).rejects.toBe(full);
    await clock.advance(5_000);
    await failed;
  });

  it('tells of a sink that can not be reached', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    sink.breakDown(LINE_DOWN);
    journal.append(3);
    const finished = createRunDelivery({ forwarder, journal, sink, clock }).finish();
    await clock.advance(MINUTE_MS);
    expect(await finished).toMatchObject({ outcome: 'unreachable', fault: LINE_DOWN, waiting: 3 });
  });
});

describe('the delivery of --watch', () => {
  let failures: unknown[];
  beforeEach(() => {
    failures = [];
  });
  afterEach(() => expect(failures).toEqual([]));

  it('goes on trying between the upload times', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    const delivery = createLastingDelivery({ forwarder, journal, sink, clock }, (error) =>
      failures.push(error),
    );
    await settled();
    sink.breakDown(LINE_DOWN);
    journal.append(3);
    delivery.appended(3);
    await clock.advance(2_000);
    const finished = delivery.finish();
    await clock.advance(2_000);
    expect(await finished).toMatchObject({ outcome: 'unreachable', waiting: 3 });
    sink.recover();
    await clock.advance(10 * MINUTE_MS);
    expect(journal.totals()).toMatchObject({ waiting: 0, delivered: 3 });
    const stopped = delivery.stop();
    await clock.advance(10_000);
    await stopped;
  });
});
