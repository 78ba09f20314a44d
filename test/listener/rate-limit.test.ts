import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../src/lib/listener/rate-limit.js';
import { ask, header } from './support/client.js';
import { post, punchLine } from './support/requests.js';
import { startListener } from './support/started.js';

const admitted = (limit: RateLimit, nowMs: number, tries: number): number =>
  Array.from({ length: tries }, () => limit.admits('a', nowMs)).filter(Boolean).length;

describe('a rate limit', () => {
  it("admits a minute's worth at once, then as many as time brings", () => {
    const limit = new RateLimit(60);
    expect(admitted(limit, 0, 100)).toBe(60);
    expect(admitted(limit, 2_999, 100)).toBe(2);
    expect(admitted(limit, 600_000, 100)).toBe(60);
  });

  it('counts each key for itself', () => {
    const limit = new RateLimit(1);
    expect([limit.admits('a', 0), limit.admits('a', 0), limit.admits('b', 0)]).toEqual([true, false, true]);
  });

  it('does not make anybody wait for a clock that was set back', () => {
    const limit = new RateLimit(60);
    admitted(limit, 10_000_000, 60);
    expect(limit.admits('a', 0)).toBe(true);
  });

  it('keeps a bounded number of keys', () => {
    const limit = new RateLimit(1);
    for (let i = 0; i < 100_000; i++) limit.admits(`key ${i}`, 0);
    expect(limit.admits('key 99999', 0)).toBe(false);
    expect(limit.admits('key 0', 0)).toBe(true);
  });

  it('of 0 is none', () => {
    expect(admitted(new RateLimit(0), 0, 1_000)).toBe(1_000);
  });
});

describe('a listener with limits', () => {
  it('tells an address that asks too often to try again, and stores nothing of it', async () => {
    const { port, users, listener } = await startListener({ settings: { maxRequestsPerAddress: 1 } });
    expect((await ask(port, post(punchLine(1)))).body).toBe('OK: 1');
    const refused = await ask(port, post(punchLine(2)));
    expect(refused.status).toBe(429);
    expect(refused.body).not.toMatch(/^OK/);
    expect(users()).toEqual(['1']);
    expect(listener.state().rateLimited).toBe(1);
  });

  it('tells a device so in the words of its dialect, and its neighbour nothing', async () => {
    const { port, users } = await startListener({ settings: { maxRequestsPerDevice: 1 } });
    const from = (sn: string, user: number) =>
      ask(port, post(punchLine(user), { path: `/iclock/cdata?SN=${sn}&table=ATTLOG&Stamp=1` }));
    expect((await from('TEST0001', 1)).body).toBe('OK: 1');
    expect((await from('TEST0001', 2)).status).toBe(503);
    expect((await from('TEST0002', 3)).body).toBe('OK: 1');
    const fk = { path: '/', headers: ['request_code: receive_cmd', 'dev_id: TEST0001', 'blk_no: 0'] };
    expect(header(await ask(port, post('', fk)), 'response_code')).toMatch(/^ERROR/);
    expect(users()).toEqual(['1', '3']);
  });
});
