import { describe, expect, it } from 'vitest';
import { SinkUnavailable } from '../src/lib/sinks/sink.js';
import { createRig, FakeJournal, FakeSink, LINE_DOWN, settled } from './forwarder/rig.js';

describe('forwarder', () => {
  it('delivers what waits, oldest first, in batches', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    journal.append(25);
    const ended = forwarder.start();
    await clock.advance(10);
    expect(sink.batches.map((batch) => batch.length)).toEqual([10, 10, 5]);
    expect(sink.writtenKeys).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
    expect(journal.count('delivered')).toBe(25);
    expect(journal.verdicts[0]?.target).toBe(sink.target);
    await forwarder.stop();
    await ended;
  });

  it('writes several batches at once when asked to', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    sink.parallelWrites = 3;
    journal.append(40);
    sink.hangs.add(1);
    sink.hangs.add(11);
    void forwarder.start();
    await clock.advance(10);
    expect(sink.mostAtOnce).toBe(3);
    sink.letGo();
    await clock.advance(10);
    expect(sink.rows.size).toBe(40);
    await forwarder.stop();
  });

  it('gathers whole batches while others are under way, and ends no overlap for a short one', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    sink.parallelWrites = 2;
    journal.append(14);
    sink.hangs.add(1);
    void forwarder.start();
    await clock.advance(100);
    expect(sink.batches.map((batch) => batch.length)).toEqual([10]);
    journal.append(8);
    await clock.advance(20);
    expect(sink.batches.map((batch) => batch.length)).toEqual([10, 10]);
    journal.append(8);
    await clock.advance(20);
    expect(journal.count('delivered')).toBe(20);
    sink.letGo();
    await clock.advance(20);
    expect(sink.batches.map((batch) => batch.length)).toEqual([10, 10, 10]);
    await forwarder.stop();
  });

  it('keeps nothing back for longer than a second because another batch hangs', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    sink.parallelWrites = 2;
    journal.append(13);
    sink.hangs.add(1);
    void forwarder.start();
    await clock.advance(900);
    expect(sink.batches.map((batch) => batch.length)).toEqual([10]);
    await clock.advance(200);
    expect(sink.batches.map((batch) => batch.length)).toEqual([10, 3]);
    expect(journal.count('delivered')).toBe(3);
    sink.letGo();
    await forwarder.stop();
  });

  it('is not driven by what became waiting again with an older key: that is for the next round', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    sink.parallelWrites = 2;
    journal.append(50);
    for (let key = 1; key <= 40; key += 1) journal.states.set(key, 'delivered');
    sink.hangs.add(41);
    void forwarder.start();
    await clock.advance(5);
    for (let key = 1; key <= 40; key += 1) journal.states.set(key, 'waiting');
    const { takes } = journal;
    await clock.advance(500);
    expect(journal.takes - takes).toBe(1);
    journal.append(4);
    await clock.advance(20);
    journal.append(6);
    await clock.advance(20);
    expect(sink.batches.map((batch) => batch.length)).toEqual([10, 10]);
    sink.letGo();
    await clock.advance(20);
    expect(sink.batches.map((batch) => batch[0]?.key)).toEqual([41, 51, 1, 11, 21, 31]);
    expect(journal.count('waiting')).toBe(0);
    await forwarder.stop();
  });

  it('never waits for the slowest of its batches before it takes the next', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    sink.parallelWrites = 2;
    journal.append(60);
    sink.hangs.add(1);
    void forwarder.start();
    await clock.advance(10);
    expect(journal.count('delivered')).toBe(50);
    sink.letGo();
    await clock.advance(10);
    expect(journal.count('delivered')).toBe(60);
    await forwarder.stop();
  });

  it('takes nothing more after a fault, and settles what was under way', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    sink.parallelWrites = 2;
    journal.append(60);
    sink.hangs.add(1);
    sink.failure = new SinkUnavailable(LINE_DOWN);
    sink.failsFrom = 31;
    void forwarder.start();
    await clock.advance(10);
    expect(journal.count('delivered')).toBe(20);
    sink.letGo();
    await clock.advance(10);
    expect(sink.batches.map((batch) => batch[0]?.key)).toEqual([1, 11, 21, 31]);
    expect(journal.count('delivered')).toBe(30);
    expect(forwarder.state().state).toBe('backing-off');
    await forwarder.stop();
  });

  it('probes before it writes', async () => {
    const { sink, clock, forwarder } = createRig();
    sink.notes = ['created the table device_logs'];
    void forwarder.start();
    await clock.advance(10);
    expect(sink.probes).toBe(1);
    expect(sink.batches).toEqual([]);
    expect(forwarder.state().state).toBe('idle');
    await forwarder.stop();
  });

  it('tells a note of the probe once', async () => {
    const { sink, clock, log, forwarder } = createRig();
    sink.notes = ['created the table device_logs'];
    for (let i = 0; i < 2; i += 1) {
      const ended = forwarder.start();
      await clock.advance(10);
      await forwarder.stop();
      await ended;
    }
    expect(sink.probes).toBe(2);
    expect(log.lines.map((line) => line.message)).toEqual(['created the table device_logs']);
  });

  it('delivers at once what it is notified of, gathering what comes together', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    void forwarder.start();
    await clock.advance(10);
    for (let i = 0; i < 5; i += 1) {
      journal.append(1);
      forwarder.notify();
      await clock.advance(5);
    }
    await clock.advance(50);
    expect(sink.batches.map((batch) => batch.length)).toEqual([5]);
    await forwarder.stop();
  });

  it('looks every second for what other processes appended', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    void forwarder.start();
    await clock.advance(10);
    journal.append(3);
    await clock.advance(1_000);
    expect(sink.rows.size).toBe(3);
    await forwarder.stop();
  });

  it('does not spin while idle', async () => {
    const { journal, clock, forwarder } = createRig();
    void forwarder.start();
    await clock.advance(60_000);
    expect(journal.takes).toBeLessThanOrEqual(62);
    await forwarder.stop();
  });

  it('waits for its lock and looks again every few seconds', async () => {
    const { journal, sink, lock, clock, forwarder } = createRig();
    journal.append(1);
    lock.taken = true;
    void forwarder.start();
    await clock.advance(20_000);
    expect(sink.probes).toBe(0);
    expect(forwarder.state().state).toBe('waiting-for-lock');
    lock.taken = false;
    await clock.advance(5_000);
    expect(sink.rows.size).toBe(1);
    await forwarder.stop();
    expect(lock.held).toBe(false);
  });

  it('law 2: killed between the commit of the sink and settle, it only repeats', async () => {
    const journal = new FakeJournal();
    const sink = new FakeSink();
    journal.append(7);
    const killed = createRig({}, { journal, sink });
    sink.gate = new Promise(() => undefined);
    void killed.forwarder.start();
    await killed.clock.advance(10);
    expect(sink.rows.size).toBe(7);
    expect(journal.count('delivered')).toBe(0);

    sink.gate = null;
    const next = createRig({}, { journal, sink });
    void next.forwarder.start();
    await next.clock.advance(10);
    expect(journal.count('delivered')).toBe(7);
    expect(sink.rows.size).toBe(7);
    expect(next.forwarder.state()).toMatchObject({ deliveredSinceStart: 7, insertedSinceStart: 0 });
    await next.forwarder.stop();
  });

  it('says in its state what it did', async () => {
    const { journal, clock, forwarder } = createRig();
    expect(forwarder.state()).toMatchObject({ state: 'stopped', lastDeliveryAt: null, error: null });
    journal.append(3);
    void forwarder.start();
    await clock.advance(10);
    expect(forwarder.state()).toEqual({
      state: 'idle',
      since: '2026-01-05T08:00:00.000Z',
      lastDeliveryAt: '2026-01-05T08:00:00.000Z',
      deliveredSinceStart: 3,
      insertedSinceStart: 3,
      nextTryAt: null,
      error: null,
    });
    await forwarder.stop();
    expect(forwarder.state().state).toBe('stopped');
  });

  it('lets the batch in flight finish when it is stopped', async () => {
    const { journal, sink, lock, clock, forwarder } = createRig();
    journal.append(15);
    let open = (): void => undefined;
    sink.gate = new Promise((resolve) => {
      open = resolve;
    });
    const ended = forwarder.start();
    await clock.advance(10);
    const stopped = forwarder.stop();
    await settled();
    expect(lock.held).toBe(true);
    open();
    await Promise.all([stopped, ended]);
    expect(journal.count('delivered')).toBe(10);
    expect(sink.batches).toHaveLength(1);
    expect(lock.held).toBe(false);
  });

  it('gives a batch up that does not finish within the bound, and leaves the journal alone afterwards', async () => {
    const { journal, sink, lock, clock, forwarder } = createRig();
    journal.append(5);
    let open = (): void => undefined;
    sink.gate = new Promise((resolve) => {
      open = resolve;
    });
    const ended = forwarder.start();
    await clock.advance(10);
    const stopped = forwarder.stop();
    await clock.advance(5_000);
    await Promise.all([stopped, ended]);
    expect(lock.held).toBe(false);
    open();
    await settled();
    expect(journal.verdicts).toEqual([]);
    expect(forwarder.state().state).toBe('stopped');
  });

  it('stops at once out of every wait', async () => {
    const { clock, lock, forwarder } = createRig();
    lock.taken = true;
    const ended = forwarder.start();
    await clock.advance(10);
    await forwarder.stop();
    await ended;
    expect(forwarder.state().state).toBe('stopped');
  });

  it('prunes what is older than keepDays in small steps while idle', async () => {
    const { journal, clock, forwarder } = createRig({ keepDays: 400 });
    journal.prunable = 1_200;
    void forwarder.start();
    await clock.advance(10_000);
    expect(journal.pruned.map(({ limit }) => limit)).toEqual([500, 500, 500]);
    expect(journal.pruned[0]?.before).toEqual(new Date(Date.UTC(2026, 0, 5, 8) - 400 * 86_400_000));
    await clock.advance(3_600_000);
    expect(journal.pruned).toHaveLength(4);
    await forwarder.stop();
  });
});
