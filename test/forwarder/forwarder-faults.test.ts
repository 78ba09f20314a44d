import { describe, expect, it, vi } from 'vitest';
import { backoffMs } from '../../src/lib/forwarder/outage.js';
import { JournalUnavailable } from '../../src/lib/journal/journal.js';
import { SinkUnavailable } from '../../src/lib/sinks/sink.js';
import { createRig, LINE_DOWN, WRONG_PASSWORD } from './rig.js';

describe('law 4: unknown failure means keep', () => {
  it('keeps everything while the line is down and delivers it afterwards, in one copy, without a restart', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    sink.breakDown(LINE_DOWN);
    void forwarder.start();
    for (let hour = 0; hour < 20; hour += 1) {
      journal.append(10);
      await clock.advance(3_600_000);
    }
    expect(journal.count('waiting')).toBe(200);
    expect(forwarder.state()).toMatchObject({
      state: 'backing-off',
      error: { code: 'HIP_DB_CONNECT', message: LINE_DOWN.message, remedy: LINE_DOWN.remedy },
    });
    expect(forwarder.state().nextTryAt).not.toBeNull();
    sink.recover();
    await clock.advance(300_000);
    expect(sink.rows.size).toBe(200);
    expect(journal.count('delivered')).toBe(200);
    expect(forwarder.state()).toMatchObject({ state: 'idle', error: null, nextTryAt: null });
    await forwarder.stop();
  });

  it('keeps a batch whose write fails, probes again and repeats it', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    sink.parallelWrites = 2;
    journal.append(20);
    sink.breakDown(LINE_DOWN);
    sink.faults = [];
    void forwarder.start();
    await clock.advance(100);
    expect(forwarder.state().state).toBe('backing-off');
    sink.recover();
    await clock.advance(1_000);
    expect(sink.probes).toBe(2);
    expect(sink.rows.size).toBe(20);
    await forwarder.stop();
  });

  it('tells of a table made anew where punches had gone to, and tells it again until the journal took it', async () => {
    const { journal, sink, log, clock, forwarder } = createRig();
    journal.append(20);
    void forwarder.start();
    await clock.advance(100);
    expect(journal.notices).toEqual([]);
    sink.missing = true;
    sink.failure = new SinkUnavailable({ ...LINE_DOWN, code: 'HIP_DB_TABLE_MISSING' });
    journal.append(1);
    journal.failure = new JournalUnavailable('busy', 'another process writes');
    await clock.advance(5_000);
    expect(sink.missing).toBe(false);
    expect(journal.notices).toEqual([]);
    sink.recover();
    journal.failure = null;
    await clock.advance(60_000);
    expect(journal.notices).toEqual([
      `The table of ${sink.target} was missing and has been made anew; 20 punches had been delivered before: hip redeliver sends them again`,
    ]);
    expect(log.lines.map(({ message }) => message)).toContain(`${journal.notices[0]}.`);
    expect(journal.count('delivered')).toBe(21);
    await forwarder.stop();
  });

  it('says nothing of a table that is made for the first time', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    sink.missing = true;
    journal.append(5);
    void forwarder.start();
    await clock.advance(100);
    expect(journal.count('delivered')).toBe(5);
    expect(journal.notices).toEqual([]);
    await forwarder.stop();
  });

  it('rejects only what the sink rejected', async () => {
    const { journal, sink, log, clock, forwarder } = createRig();
    journal.append(10);
    sink.refused.add(4);
    void forwarder.start();
    await clock.advance(10);
    expect(journal.count('delivered')).toBe(9);
    expect(journal.states.get(4)).toBe('rejected');
    expect(log.lines.at(0)?.message).toContain('Data too long');
    await forwarder.stop();
  });

  it('keeps what the sink named in neither list, without a hot loop', async () => {
    const { journal, sink, clock, log, forwarder } = createRig();
    journal.append(10);
    for (let key = 1; key <= 10; key += 1) sink.undecided.add(key);
    void forwarder.start();
    await clock.advance(600_000);
    expect(journal.count('waiting')).toBe(10);
    expect(sink.batches.length).toBeLessThan(15);
    expect(forwarder.state()).toMatchObject({ state: 'idle', error: { code: 'HIP_DB_UNAVAILABLE' } });
    expect(log.lines.length).toBeLessThanOrEqual(11);
    sink.undecided.clear();
    await clock.advance(301_000);
    expect(journal.count('delivered')).toBe(10);
    expect(forwarder.state().error).toBeNull();
    await forwarder.stop();
  });

  it('delivers what stands behind kept punches, old and new, without delay', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    journal.append(35);
    for (let key = 1; key <= 12; key += 1) sink.undecided.add(key);
    void forwarder.start();
    await clock.advance(100);
    expect(journal.count('delivered')).toBe(23);
    await clock.advance(60_000);
    journal.append(5);
    forwarder.notify();
    await clock.advance(100);
    expect(journal.count('delivered')).toBe(28);
    await forwarder.stop();
  });

  it('gathers as ever where a whole batch and more is kept', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    sink.parallelWrites = 2;
    journal.append(23);
    for (let key = 1; key <= 20; key += 1) sink.undecided.add(key);
    sink.hangs.add(21);
    void forwarder.start();
    await clock.advance(100);
    const { takes } = journal;
    await clock.advance(500);
    expect(journal.takes - takes).toBeLessThan(3);
    sink.letGo();
    await clock.advance(100);
    expect(journal.count('delivered')).toBe(3);
    await forwarder.stop();
  });

  it('ends the gathering when the journal fails in it, and tells of it once', async () => {
    const { journal, sink, log, clock, forwarder } = createRig();
    sink.parallelWrites = 3;
    journal.append(13);
    sink.hangs.add(1);
    void forwarder.start();
    await clock.advance(100);
    const totals = vi.spyOn(journal, 'totals').mockImplementation(() => {
      throw new JournalUnavailable('unknown', 'The disk of the journal does not answer');
    });
    await clock.advance(100);
    totals.mockRestore();
    expect(forwarder.state().state).toBe('forwarding');
    sink.letGo();
    await clock.advance(100);
    expect(forwarder.state()).toMatchObject({
      state: 'backing-off',
      error: { code: 'HIP_JOURNAL_UNWRITABLE' },
    });
    expect(journal.count('delivered')).toBe(10);
    expect(log.count('warn')).toBe(1);
    await clock.advance(1_000);
    expect(journal.count('delivered')).toBe(13);
    await forwarder.stop();
  });

  it('goes on trying where a person must act, and needs no restart', async () => {
    const { journal, sink, log, clock, forwarder } = createRig();
    journal.append(3);
    sink.breakDown(WRONG_PASSWORD);
    void forwarder.start();
    await clock.advance(60_000);
    expect(forwarder.state()).toMatchObject({ state: 'blocked-by-fault', error: { code: 'HIP_DB_LOGIN' } });
    expect(log.lines.at(0)?.level).toBe('error');
    sink.recover();
    await clock.advance(300_000);
    expect(journal.count('delivered')).toBe(3);
    await forwarder.stop();
  });

  it('names the fault that a person must mend before the one that may cure itself', async () => {
    const { sink, clock, forwarder } = createRig();
    sink.faults = [LINE_DOWN, WRONG_PASSWORD];
    void forwarder.start();
    await clock.advance(10);
    expect(forwarder.state().error?.code).toBe('HIP_DB_LOGIN');
    await forwarder.stop();
  });

  it('survives a journal that cannot settle, and repeats', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    journal.append(3);
    journal.failure = new JournalUnavailable('disk-full', 'The disk of the journal is full');
    void forwarder.start();
    await clock.advance(100);
    expect(forwarder.state()).toMatchObject({
      state: 'backing-off',
      error: { code: 'HIP_JOURNAL_UNWRITABLE' },
    });
    journal.failure = null;
    await clock.advance(2_000);
    expect(journal.count('delivered')).toBe(3);
    expect(sink.rows.size).toBe(3);
    await forwarder.stop();
  });

  it('lets a damaged journal fail the process, for only a new start can mend it', async () => {
    const { journal, clock, forwarder } = createRig();
    journal.append(3);
    journal.failure = new JournalUnavailable('damaged', 'The journal is damaged');
    const seen = expect(forwarder.start()).rejects.toThrow(JournalUnavailable);
    await clock.advance(10);
    await seen;
  });

  it('lets a bug fail the process, with the lock given back', async () => {
    const { journal, sink, lock, clock, forwarder } = createRig();
    journal.append(3);
    sink.failure = new TypeError('cannot read properties of undefined');
    const ended = forwarder.start();
    const seen = expect(ended).rejects.toThrow(TypeError);
    await clock.advance(10);
    await seen;
    expect(lock.held).toBe(false);
    expect(journal.count('waiting')).toBe(3);
    expect(forwarder.state().state).toBe('stopped');
  });
});

describe('an outage', () => {
  it('is tried again after one second, then ever less often, at most every five minutes', () => {
    expect([1, 2, 3, 8, 9, 10, 100].map((attempt) => backoffMs(attempt, () => 1))).toEqual([
      1_000, 2_000, 4_000, 128_000, 256_000, 300_000, 300_000,
    ]);
    expect(backoffMs(1, () => 0)).toBe(500);
    expect(backoffMs(100, () => 0)).toBe(150_000);
  });

  it('costs one log line a minute at most, and one when it ends with how many were delivered', async () => {
    const { journal, sink, log, clock, forwarder } = createRig();
    sink.breakDown(LINE_DOWN);
    void forwarder.start();
    await clock.advance(10);
    expect(log.count('warn')).toBe(1);
    journal.append(42);
    await clock.advance(1_800_000);
    expect(log.count('warn')).toBeLessThanOrEqual(31);
    expect(log.count('warn')).toBeGreaterThan(5);
    sink.recover();
    await clock.advance(300_000);
    const info = log.lines.filter((line) => line.level === 'info');
    expect(info).toHaveLength(1);
    expect(info[0]?.fields).toMatchObject({ delivered: 42 });
    await forwarder.stop();
  });

  it('that comes and goes still costs one line a minute', async () => {
    const { journal, sink, log, clock, forwarder } = createRig();
    void forwarder.start();
    for (let i = 0; i < 60; i += 1) {
      sink.failure = null;
      sink.breakDown(LINE_DOWN);
      journal.append(1);
      await clock.advance(2_500);
      sink.recover();
      await clock.advance(2_500);
    }
    expect(log.count('warn')).toBeLessThanOrEqual(6);
    await forwarder.stop();
  });

  it('does not let a notice cut a wait short', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    sink.breakDown(LINE_DOWN);
    void forwarder.start();
    await clock.advance(100_000);
    const { probes } = sink;
    for (let i = 0; i < 100; i += 1) {
      journal.append(1);
      forwarder.notify();
      await clock.advance(10);
    }
    expect(sink.probes - probes).toBeLessThanOrEqual(1);
    await forwarder.stop();
  });

  it('keeps its backoff growing when the probe passes but every write fails', async () => {
    const { journal, sink, clock, forwarder } = createRig();
    journal.append(1);
    sink.breakDown(LINE_DOWN);
    sink.faults = [];
    void forwarder.start();
    await clock.advance(3_600_000);
    expect(sink.batches.length).toBeLessThan(25);
    await forwarder.stop();
  });
});
