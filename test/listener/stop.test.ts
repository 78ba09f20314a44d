import { describe, expect, it } from 'vitest';
import { HipError } from '../../src/lib/errors.js';
import { createListener } from '../../src/lib/listener/listener.js';
import { LISTENER_DEFAULTS } from '../../src/lib/listener/settings.js';
import { silentLog } from '../../src/lib/log.js';
import { ask, Client, header } from './support/client.js';
import { get, post, punchLine } from './support/requests.js';
import { eventually, realClock, startListener } from './support/started.js';

describe('stop', () => {
  it('closes idle and silent connections at once, and accepts no new ones', async () => {
    const { port, listener } = await startListener();
    const idle = await Client.open(port);
    await idle.send(get('/')).waitForAnswer();
    const silent = await Client.open(port);
    await eventually(() => expect(listener.state().openSockets).toBe(2));
    await listener.stop({ graceMs: 60_000 });
    await idle.waitForClose();
    await silent.waitForClose();
    await expect(Client.open(port)).rejects.toThrow('ECONNREFUSED');
    expect(listener.state()).toMatchObject({ listening: null, openSockets: 0 });
  });

  it('answers what is under way, and then closes', async () => {
    let release = (): void => undefined;
    const { port, listener, users } = await startListener({
      between: (journal) => ({
        append: async (entry) => {
          await new Promise<void>((resolve) => {
            release = resolve;
          });
          return journal.append(entry);
        },
        deviceState: (sn) => journal.deviceState(sn),
        pendingCommands: (sn) => journal.pendingCommands(sn),
      }),
    });
    const client = await Client.open(port);
    client.send(post(punchLine(1)));
    await eventually(() => expect(listener.state().requests).toBe(1));
    const stopped = listener.stop({ graceMs: 60_000 });
    release();
    const [answer] = await client.waitForClose();
    expect(answer!.body).toBe('OK: 1');
    expect(header(answer!, 'connection')).toBe('close');
    await stopped;
    expect(users()).toEqual(['1']);
  });

  it('waits no longer than its grace', async () => {
    const { port, listener } = await startListener();
    const client = await Client.open(port);
    client.send(post(punchLine(1)).slice(0, -5));
    await ask(port, get('/'));
    await listener.stop({ graceMs: 50 });
    await client.waitForClose();
    await eventually(() => expect(listener.state().openSockets).toBe(0));
  });

  it('under load loses nothing that was acknowledged', async () => {
    const { port, listener, users } = await startListener();
    const acknowledged: string[] = [];
    const load = Array.from({ length: 20 }, async (_, device) => {
      const client = await Client.open(port);
      for (let i = 0; !client.isClosed; i++) {
        const user = String(device * 100_000 + i + 1);
        client.send(post(punchLine(user)));
        const answers = await client.waitForAnswers(i + 1).catch(() => []);
        if (answers[i]?.body === 'OK: 1') acknowledged.push(user);
      }
    });
    await eventually(() => expect(listener.state().requests).toBeGreaterThan(200));
    await listener.stop({ graceMs: 10_000 });
    await Promise.all(load);
    const stored = new Set(users());
    expect(acknowledged.length).toBeGreaterThan(100);
    expect(acknowledged.filter((user) => !stored.has(user))).toEqual([]);
  });

  it('before the start is harmless', async () => {
    const listener = create({});
    await listener.stop({ graceMs: 10 });
    expect(listener.state().listening).toBeNull();
  });
});

describe('start', () => {
  it('names the port in use, and what to do', async () => {
    const { port } = await startListener();
    const error = await failureOf({ port });
    expect(error.code).toBe('HIP_PORT_IN_USE');
    expect(error.oclif.exit).toBe(2);
    expect(error.message).toContain(String(port));
    expect(error.suggestions.join('\n')).toMatch(/hip serve --port \d+/);
  });

  it('says when this PC has no such address', async () => {
    expect((await failureOf({ host: '192.0.2.1' })).code).toBe('HIP_ADDRESS_UNAVAILABLE');
    expect((await failureOf({ host: 'no-such-host.invalid' })).code).toBe('HIP_ADDRESS_UNAVAILABLE');
  });

  function failureOf(settings: { port?: number; host?: string }): Promise<HipError> {
    return create(settings)
      .start()
      .then(
        () => Promise.reject(new Error('it started')),
        (error: unknown) => {
          if (error instanceof HipError) return error;
          throw error;
        },
      );
  }
});

function create(settings: { port?: number; host?: string }) {
  return createListener({
    settings: {
      ...LISTENER_DEFAULTS,
      host: '127.0.0.1',
      port: 0,
      dialects: { plainDeviceSn: 'HIP_DEVICE_1', statusMaps: new Map(), fkReplies: new Map() },
      ...settings,
    },
    dialects: [],
    journal: {
      append: () => Promise.reject(new Error('unused')),
      deviceState: () => undefined,
      pendingCommands: () => [],
    },
    log: silentLog,
    clock: realClock,
  });
}
