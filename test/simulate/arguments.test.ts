import { describe, expect, it } from 'vitest';
import { identifyRun, isThisPc, parseRate, parseTarget } from '../../src/lib/simulate/arguments.js';

const RUN = { punchesPerDevice: 100, now: new Date('2026-06-01T05:00:00Z') };

describe('simulation arguments', () => {
  it('accept a target with and without scheme', () => {
    expect(parseTarget('192.0.2.10:9090').origin).toBe('http://192.0.2.10:9090');
    expect(parseTarget('http://[::1]:9090/office').pathname).toBe('/office');
    expect(parseTarget('http://office-pc').host).toBe('office-pc');
    for (const text of ['https://192.0.2.10', 'ftp://x', 'http://', '', 'notaurl']) {
      expect(() => parseTarget(text)).toThrow('no address');
    }
  });

  it('know this PC', () => {
    const targets = ['http://127.0.0.1:1', 'http://localhost', 'http://[::1]:9', 'http://127.9.9.9'];
    expect(targets.map((text) => isThisPc(new URL(text)))).toEqual([true, true, true, true]);
    expect(isThisPc(new URL('http://192.0.2.10'))).toBe(false);
    expect(isThisPc(new URL('http://127.example'))).toBe(false);
  });

  it('read a rate', () => {
    expect([parseRate('0'), parseRate('0.5'), parseRate('100')]).toEqual([0, 0.5, 100]);
    for (const text of ['', '-1', 'fast', 'Infinity']) expect(() => parseRate(text)).toThrow('--rate');
  });

  it('make a seeded run independent of the day', () => {
    expect(identifyRun({ seed: 5, start: undefined }, RUN)).toEqual({
      seed: 5,
      startAt: '2025-01-01 08:00:00',
    });
    expect(identifyRun({ seed: 5, start: '2026-02-03 04:05' }, RUN).startAt).toBe('2026-02-03 04:05:00');
    expect(() => identifyRun({ seed: 5, start: 'noon' }, RUN)).toThrow('--start');
  });

  it('let an unseeded run end before now, so that no punch is suspect', () => {
    const { startAt } = identifyRun({ seed: undefined, start: undefined }, RUN);
    const wallNowMs = RUN.now.getTime() - RUN.now.getTimezoneOffset() * 60_000;
    expect(Date.parse(`${startAt.replace(' ', 'T')}Z`)).toBe(wallNowMs - 404_000);
  });
});
