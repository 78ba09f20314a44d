import { describe, expect, it } from 'vitest';
import { createRig, LINE_DOWN, WRONG_PASSWORD } from './rig.js';

describe('drain', () => {
  it('delivers until nothing waits and gives the lock back', async () => {
    const { journal, sink, lock, clock, forwarder } = createRig();
    journal.append(25);
    sink.refused.add(3);
    const result = forwarder.drain({ timeoutMs: 60_000 });
    await clock.advance(10);
    expect(await result).toEqual({ outcome: 'drained', delivered: 24, rejected: 1, waiting: 0, fault: null });
    expect(lock.held).toBe(false);
    expect(forwarder.state().state).toBe('stopped');
  });

  it('asks nothing of the sink when nothing waits', async () => {
    const { sink, forwarder } = createRig();
    expect(await forwarder.drain({ timeoutMs: 1_000 })).toMatchObject({ outcome: 'drained', delivered: 0 });
    expect(sink.probes).toBe(0);
  });

  it.each([LINE_DOWN, WRONG_PASSWORD])('returns at once where the probe finds $code', async (fault) => {
    const { journal, sink, clock, forwarder } = createRig();
    journal.append(5);
    sink.breakDown(fault);
    const result = forwarder.drain({ timeoutMs: 60_000 });
    await clock.advance(0);
    expect(await result).toEqual({ outcome: 'unreachable', delivered: 0, rejected: 0, waiting: 5, fault });
  });

  it('rides out a blink in the middle', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    journal.append(5);
    sink.breakDown(LINE_DOWN);
    sink.faults = [];
    const result = forwarder.drain({ timeoutMs: 60_000 });
    await clock.advance(500);
    sink.recover();
    await clock.advance(1_000);
    expect(await result).toMatchObject({ outcome: 'drained', delivered: 5 });
  });

  it('does not wait for ever on a sink whose writes go on failing', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    journal.append(5);
    sink.breakDown(LINE_DOWN);
    sink.faults = [];
    const result = forwarder.drain({ timeoutMs: 3_600_000 });
    await clock.advance(10_000);
    expect(await result).toMatchObject({ outcome: 'unreachable', waiting: 5, fault: LINE_DOWN });
  });

  it('says what the sink left undecided', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    journal.append(5);
    sink.undecided.add(2);
    const result = forwarder.drain({ timeoutMs: 60_000 });
    await clock.advance(10);
    expect(await result).toMatchObject({
      outcome: 'kept',
      delivered: 4,
      waiting: 1,
      fault: { code: 'HIP_DB_UNAVAILABLE' },
    });
  });

  it('gives up in the middle of a write when its time is over', async () => {
    const { journal, sink, lock, clock, forwarder } = createRig();
    journal.append(5);
    sink.gate = new Promise(() => undefined);
    const result = forwarder.drain({ timeoutMs: 2_000 });
    await clock.advance(2_000);
    expect(await result).toMatchObject({ outcome: 'timed-out', delivered: 0, waiting: 5 });
    expect(lock.held).toBe(false);
  });

  it('without the lock waits, bounded, for the forwarder that has it', async () => {
    const { journal, sink, lock, clock, forwarder } = createRig();
    journal.append(5);
    lock.taken = true;
    const result = forwarder.drain({ timeoutMs: 10_000 });
    await clock.advance(3_000);
    for (const { key } of journal.punches) journal.states.set(key, 'delivered');
    await clock.advance(1_000);
    expect(await result).toMatchObject({ outcome: 'drained', delivered: 5, waiting: 0 });
    expect(sink.probes).toBe(0);
  });

  it('without the lock is through when what waited at first is delivered, whatever comes meanwhile', async () => {
    const { journal, lock, clock, forwarder } = createRig();
    journal.append(5);
    lock.taken = true;
    const result = forwarder.drain({ timeoutMs: 10_000 });
    for (let key = 1; key <= 5; key += 1) {
      journal.append(1);
      journal.settle({ target: 'another forwarder', accepted: [key], rejected: [] });
      await clock.advance(300);
    }
    expect(await result).toMatchObject({ outcome: 'drained', delivered: 5, waiting: 5 });
  });

  it('without the lock ends when its time is over', async () => {
    const { journal, lock, clock, forwarder } = createRig();
    journal.append(5);
    lock.taken = true;
    const result = forwarder.drain({ timeoutMs: 10_000 });
    await clock.advance(10_000);
    expect(await result).toMatchObject({ outcome: 'timed-out', waiting: 5, fault: null });
  });

  it('takes over when the other forwarder goes', async () => {
    const { journal, sink, lock, clock, forwarder } = createRig();
    journal.append(5);
    lock.taken = true;
    const result = forwarder.drain({ timeoutMs: 10_000 });
    await clock.advance(2_000);
    lock.taken = false;
    await clock.advance(1_000);
    expect(await result).toMatchObject({ outcome: 'drained', delivered: 5 });
    expect(sink.rows.size).toBe(5);
  });

  it('beside the running loop only watches it', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    void forwarder.start();
    await clock.advance(10);
    journal.append(5);
    const result = forwarder.drain({ timeoutMs: 10_000 });
    await clock.advance(1_000);
    expect(await result).toMatchObject({ outcome: 'drained', delivered: 5 });
    expect(forwarder.state().state).toBe('idle');
    sink.breakDown(LINE_DOWN);
    journal.append(1);
    const second = forwarder.drain({ timeoutMs: 10_000 });
    await clock.advance(1_000);
    expect(await second).toMatchObject({ outcome: 'unreachable', waiting: 1, fault: LINE_DOWN });
    await forwarder.stop();
  });

  it('is ended by stop', async () => {
    const { journal, lock, clock, forwarder } = createRig();
    journal.append(5);
    lock.taken = true;
    const result = forwarder.drain({ timeoutMs: 3_600_000 });
    await clock.advance(10);
    await forwarder.stop();
    expect(await result).toMatchObject({ outcome: 'timed-out', waiting: 5 });
  });
});
