import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { initialise } from '../../src/lib/init/init-app.js';
import { openJournal } from '../../src/lib/journal/open.js';
import { database, file, folder, json, named, options, PASSWORD } from './rig.js';

/** hip init makes a table where punches had been delivered to before. */

const dataDir = (): string => join(folder, 'data');
const given = () => ({ ...named(), 'database.password': PASSWORD, dataDir: dataDir() });
const target = (): string => `mysql://${database.host}:${database.port}/${database.database}.device_logs`;

async function deliver(to: string): Promise<void> {
  const journal = openJournal({ dataDir: dataDir() });
  const time = '2026-11-20 08:00:00';
  await journal.append({
    source: 'adms',
    receivedAt: new Date(),
    punches: ['1001', '1002'].map((userId) => ({
      deviceSn: 'TEST0001',
      userId,
      time,
      status: 0,
      verify: 1,
      workCode: null,
      raw: `${userId}\t${time}`,
      suspect: null,
      proven: true,
      precision: 'second',
    })),
  });
  journal.settle({ target: to, accepted: journal.take(10).map(({ key }) => key), rejected: [] });
  journal.close();
}

function noticesOfJournal(): readonly string[] {
  const journal = openJournal({ dataDir: dataDir() });
  const notices = journal.notices().map(({ message }) => message);
  journal.close();
  return notices;
}

it('tells, now and in every status, that the rows of the older one are gone', async () => {
  await deliver(target());
  const { notes, database: made } = await initialise(options({ given: given(), create: true }));
  expect(made.state).toBe('ready');
  expect(notes).toEqual([expect.stringMatching(/2 punches had been delivered before: hip redeliver .*\.$/)]);
  expect(noticesOfJournal()).toHaveLength(1);
});

it('has nothing to tell of a table that is another one, or was there', async () => {
  await deliver('mysql://192.0.2.1:3306/elsewhere.device_logs');
  expect((await initialise(options({ given: given(), create: true }))).notes).toEqual([]);
  expect((await initialise(options({ given: given(), create: true, force: true }))).notes).toEqual([]);
  expect(noticesOfJournal()).toEqual([]);
});

it('makes no journal for it', async () => {
  expect((await initialise(options({ given: given(), create: true }))).notes).toEqual([]);
  expect(existsSync(dataDir())).toBe(false);
});

it('has written all and says what is not known where the journal is closed to it', async () => {
  mkdirSync(join(dataDir(), 'hip.db'), { recursive: true });
  const { notes } = await initialise(options({ given: given(), create: true }));
  expect(notes).toEqual([expect.stringMatching(/hip\.db.*hip redeliver sends them again\.$/)]);
  expect(json(file)).toMatchObject({ dataDir: dataDir() });
});
