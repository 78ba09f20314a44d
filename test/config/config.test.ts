import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listSettings } from '../../src/lib/config/schema.js';
import { loadConfig } from '../../src/lib/config.js';
import { HipError } from '../../src/lib/errors.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hip-config-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, content: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
  return file;
}

function load(env: NodeJS.ProcessEnv = {}, flags: Record<string, unknown> = {}) {
  return loadConfig({ cwd: folder, env, flags });
}

function faultOf(action: () => unknown): HipError {
  try {
    action();
  } catch (error) {
    if (error instanceof HipError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('order of sources', () => {
  it('uses the defaults when there is nothing else', () => {
    const { config, notes } = load();
    expect(config.serve.port).toBe(9090);
    expect(config.database.host).toBeNull();
    expect(config.journal.keepDays).toBe(400);
    expect(notes).toEqual([]);
  });

  it('flag beats environment beats file beats default', () => {
    write('config.json', { serve: { port: 1, host: '127.0.0.1', statusPort: 7 }, log: { level: 'warn' } });
    const { config } = load(
      { HIP_SERVE_PORT: '2', HIP_SERVE_HOST: '127.0.0.2' },
      { 'serve.port': 3, 'serve.host': undefined },
    );
    expect(config.serve).toMatchObject({ port: 3, host: '127.0.0.2', statusPort: 7 });
    expect(config.log.level).toBe('warn');
  });

  it('reads every setting from the environment by its own name', () => {
    for (const setting of listSettings()) {
      expect(setting.environment).toMatch(/^HIP_[A-Z_]+$/);
      expect(setting.description, setting.path).not.toBe('');
    }
    const names = listSettings().map((setting) => setting.environment);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining(['HIP_SERVE_PORT', 'HIP_DATABASE_HOST', 'HIP_DATABASE_URL', 'HIP_DATA_DIR']),
    );
  });

  it('spreads a database address over the single settings', () => {
    const { config } = load({ HIP_DATABASE_URL: 'mysql://me:p%40ss@db.example:3307/pay' });
    expect(config.database).toMatchObject({
      host: 'db.example',
      port: 3307,
      user: 'me',
      password: 'p@ss',
      database: 'pay',
    });
  });
});

describe('names of the previous system', () => {
  it('takes config.json and credentials.json as they are', () => {
    write('config.json', {
      LOG_DIR: 'C:\\HIP\\log',
      UPLOAD_TIMES: ['07:30', '12:00'],
      IGNORE_FILES_BEFORE: '2025-01-01',
      ACCESS_DB_PATH: 'C:\\HIP\\Pm2014.mdb',
      ACCESS_PASSWORD: '',
      BATCH_SIZE: 500,
      LAST_SYNC_FILE: 'x.txt',
      SERVER_PORT: 9090,
    });
    write('credentials.json', {
      DB_CONFIG: {
        user: 'u',
        password: 'p',
        host: 'h',
        database: 'd',
        port: 3306,
        connection_timeout: 30,
        raise_on_warnings: true,
      },
    });
    const { config, notes, importedDatabase } = load();
    expect(config.sync).toMatchObject({
      logDir: 'C:\\HIP\\log',
      uploadTimes: ['07:30', '12:00'],
      accessPassword: null,
    });
    expect(config.sync.accessDb).toEqual(['C:\\HIP\\Pm2014.mdb']);
    expect(config.forwarder.batchRows).toBe(500);
    expect(config.database).toMatchObject({
      user: 'u',
      password: 'p',
      host: 'h',
      database: 'd',
      connectTimeoutMs: 30_000,
    });
    expect(importedDatabase).toBe(true);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/LAST_SYNC_FILE, SERVER_PORT/);
  });

  it('takes flat credentials and the port as text', () => {
    write('credentials.json', { user: 'u', password: 'p', host: 'h', database: 'd', port: '3310' });
    expect(load().config.database).toMatchObject({ user: 'u', port: 3310 });
  });

  it('mixes old and new names', () => {
    write('config.json', { LOG_DIR: 'a', sync: { archive: 'move' } });
    expect(load().config.sync).toMatchObject({ logDir: 'a', archive: 'move' });
  });
});

describe('faults', () => {
  it('reports all of them together and names the nearest key', () => {
    write('config.json', {
      serve: { prot: 9090, port: 'x', devices: 'some' },
      databse: {},
      journal: { keepDays: 0 },
    });
    const error = faultOf(() => load({ HIP_SERVE_PROT: '1', HIP_SERVE_HOST: 'ok' }));
    expect(error.code).toBe('HIP_CONFIG_INVALID');
    expect(error.oclif.exit).toBe(2);
    expect(error.message).toContain('did you mean serve.port?');
    expect(error.message).toContain('did you mean database?');
    expect(error.message).toContain('did you mean HIP_SERVE_PORT?');
    expect(error.message).toContain('serve.port must be number, not "x"');
    expect(error.message).toContain('serve.devices must be one of any, approved');
    expect(error.message).toContain('journal.keepDays must be at least 1');
  });

  it('guesses where a key belongs that stands in the wrong place', () => {
    write('config.json', { serve: {}, keepDays: 3 });
    expect(faultOf(() => load()).message).toContain('did you mean journal.keepDays?');
  });

  it('says what is wrong with a broken file', () => {
    write('config.json', '{ "serve": { "host": "a", } }');
    expect(faultOf(() => load())).toMatchObject({ code: 'HIP_CONFIG_UNREADABLE' });
    expect(faultOf(() => loadConfig({ file: join(folder, 'none.json'), env: {} })).message).toMatch(
      /no such file/,
    );
  });

  it('accepts a byte order mark', () => {
    write('config.json', '\uFEFF{"serve":{"port":5}}');
    expect(load().config.serve.port).toBe(5);
  });

  it('passes over a stranger config.json with a note', () => {
    write('config.json', { name: 'something else' });
    const { config, notes } = load();
    expect(config.serve.port).toBe(9090);
    expect(notes[0]).toMatch(/holds none of hip's settings/);
  });

  it('refuses a time zone nobody knows and takes both ways of writing one', () => {
    expect(faultOf(() => load({ HIP_SERVE_TIME_ZONE: 'Asia/Vientaine' })).message).toMatch(/is no time zone/);
    expect(load({ HIP_SERVE_TIME_ZONE: 'Asia/Vientiane' }).config.serve.timeZone).toBe('Asia/Vientiane');
    expect(load({ HIP_SERVE_TIME_ZONE: '+07:00' }).config.serve.timeZone).toBe('+07:00');
  });
});

it('ships a config.json that is complete and equal to the defaults', () => {
  const shipped = JSON.parse(readFileSync('config.json', 'utf8'));
  const expected: Record<string, unknown> = {};
  for (const setting of listSettings())
    expected[setting.path] = setting.kind === 'object' ? {} : setting.default;
  const flat = (node: Record<string, unknown>, prefix = ''): [string, unknown][] =>
    Object.entries(node).flatMap(([key, value]) => {
      const path = prefix + key;
      if (key === '$schema') return [];
      if (path in expected || typeof value !== 'object' || value === null) return [[path, value]];
      return flat(value as Record<string, unknown>, `${path}.`);
    });
  expect(Object.fromEntries(flat(shipped))).toEqual(expected);
});

it('lets a single variable beat the whole address of the file', () => {
  write('config.json', { database: { url: 'mysql://a:b@filehost/x' } });
  expect(load({ HIP_DATABASE_HOST: 'envhost' }).config.database).toMatchObject({
    host: 'envhost',
    user: 'a',
  });
});

describe('secrets', () => {
  const SECRET = 'hunter2';

  it('do not come out of a value of the wrong kind', () => {
    write('credentials.json', { DB_CONFIG: { host: 'h', user: 'u', database: 'd', password: 4711_0815 } });
    const error = faultOf(() => load());
    expect(error.message).toContain('database.password must be string');
    expect(error.message).not.toContain('47110815');
  });

  it('do not come out of an address where the whole section belongs', () => {
    write('config.json', JSON.stringify({ database: `mysql://root:${SECRET}@host/db` }));
    const error = faultOf(() => load());
    expect(error.message).toContain('database must be an object');
    expect(error.message).not.toContain(SECRET);
  });

  it.each([
    `{ "DB_CONFIG": { "user": "u", "password": ${SECRET} } }`,
    `{ "DB_CONFIG": {\n"password": "x"${SECRET}",\n"user": "u" } }`,
    `{ "database": { "url": "mysql://u:${SECRET}"@h/d" } }`,
    `{ "password": "${SECRET}", "user": u }`,
  ])('do not come out of what is not JSON: %s', (text) => {
    write('credentials.json', text);
    const error = faultOf(() => load());
    expect(error.code).toBe('HIP_CONFIG_UNREADABLE');
    expect(JSON.stringify([error.message, error.suggestions, String(error.cause)])).not.toContain(SECRET);
  });

  it('beside them a fault is still described', () => {
    write('config.json', '{ "database": { "password": "x" },\n "serve": { "port": 9090, } }');
    expect(faultOf(() => load()).message).toMatch(/JSON: .*(token|property|position)/i);
  });
});

describe('a faulty setting of the environment', () => {
  it('is not blamed on the file', () => {
    const file = write('config.json', { serve: { port: 9095 } });
    const { message } = faultOf(() => load({ HIP_SERVE_TIME_ZONE: '+25:00', HIP_SERVE_PORT: 'x' }));
    expect(message).toContain('2 faults (the environment)');
    expect(message).toContain('HIP_SERVE_TIME_ZONE is no time zone');
    expect(message).not.toContain(file);
  });

  it('is told beside those of the file', () => {
    const file = write('config.json', { serve: { prot: 1 } });
    const { message } = faultOf(() => load({ HIP_LOG_LEVEL: 'loud', HIP_DATABASE_URL: 'x' }));
    expect(message).toContain(`3 faults (the environment, ${file})`);
    expect(message).toContain('HIP_LOG_LEVEL must be one of');
    expect(message).toContain('HIP_DATABASE_URL must begin with');
    expect(message).toContain('serve.prot is no setting');
  });

  it('is named where a whole object comes from it', () => {
    const { message } = faultOf(() => load({ HIP_DEVICES: '{"A1":{"fkReply":"loud"}}' }));
    expect(message).toMatch(/\(the environment\): HIP_DEVICES /);
  });

  it.each([
    'HIP_CONFIG',
    'HIP_DATA_DIR',
    'HIP_SYNC_LOG_DIR',
    'HIP_SYNC_ACCESS_DB',
    'HIP_DATABASE_CA',
    'HIP_SERVE_TLS_KEY',
  ])('is %s when it is empty: a script whose variable is not set', (name) => {
    const { message, oclif } = faultOf(() => load({ [name]: '' }));
    expect(message).toContain(`${name} is empty`);
    expect(oclif.exit).toBe(2);
  });

  it('is none where empty means none', () => {
    expect(load({ HIP_DATABASE_HOST: '', HIP_SERVE_PATH_PREFIX: '' }).config.database.host).toBeNull();
  });
});

it('takes an empty LOG_DIR of the previous program for none, and refuses an empty one of its own', () => {
  write('config.json', { LOG_DIR: '' });
  expect(load().config.sync.logDir).toBeNull();
  write('config.json', { dataDir: '' });
  expect(faultOf(() => load()).message).toContain('dataDir is empty');
});

it('takes the offsets there are on earth, and no others', () => {
  const zoneOf = (timeZone: string) => load({}, { 'serve.timeZone': timeZone }).config.serve.timeZone;
  for (const zone of ['-12:00', '+14:00', '+05:45', '+00:00']) expect(zoneOf(zone)).toBe(zone);
  for (const zone of ['+25:00', '+15:00', '+14:01', '-12:30', '+07:60', '+7', '+0700'])
    expect(faultOf(() => zoneOf(zone)).message).toContain('is no time zone');
});

it.each([
  ['UPLOAD_TIME', 'UPLOAD_TIMES'],
  ['LOGDIR', 'LOG_DIR'],
  ['upload_times', 'UPLOAD_TIMES'],
  ['DB_CONF', 'DB_CONFIG'],
])('knows the old name that is meant by %s', (key, meant) => {
  write('config.json', { [key]: 'x', serve: {} });
  expect(faultOf(() => load()).message).toContain(`${key} is no setting; did you mean ${meant}?`);
});

describe('an address with a password that is not encoded', () => {
  const refused = [
    'mysql://heim:3306/SECRET@127.0.0.1/x',
    'mysql://heim:33?SECRET@127.0.0.1/x',
    'mysql://heim:33#SECRET@127.0.0.1/x',
    'mysql://heim:a@SECRET/b@127.0.0.1:3306/x',
    'mysql://heim:SECRET/1@127.0.0.1/x',
    'mysql://heim:SECRET@127.0.0.1:port/x',
    'heim:SECRET@127.0.0.1/x',
    'mysql://heim:SECRET%zz@127.0.0.1/x',
  ];

  it.each(refused)('is refused without being shown: %s', (url) => {
    for (const env of [{ HIP_DATABASE_URL: url }, { HIP_DATABASE_HOST: url }]) {
      const fault = faultOf(() => load(env));
      expect(fault.message).toMatch(/mysql:\/\/|%25|database\.url/);
      expect(fault.oclif.exit).toBe(2);
      expect(JSON.stringify([fault.message, fault.suggestions, String(fault.cause)])).not.toMatch(
        /SECRET|3306\/S|127\.0/,
      );
    }
  });

  it.each([
    ['a%2F1%40b', 'a/1@b'],
    ['a@b', 'a@b'],
    ['a:b', 'a:b'],
  ])('is taken where it can mean one thing only: %s', (written, password) => {
    const { database } = load({ HIP_DATABASE_URL: `mysql://u:${written}@db.office:3307/hr` }).config;
    expect(database).toMatchObject({ host: 'db.office', port: 3307, user: 'u', password, database: 'hr' });
  });
});

it('a percent sign that stands for nothing in the database address is a fault, not a bug', () => {
  const error = faultOf(() => load({ HIP_DATABASE_URL: 'mysql://u:p%zz@h/d' }));
  expect(error.message).toContain('%25');
  expect(error.message).not.toContain('p%zz');
});

it('names every unknown key of one object, and passes over variables of others', () => {
  write('config.json', { serv: {}, x: 1, serve: { prot: 3, hots: 'a' }, devices: { SN1: { sinkNam: 'a' } } });
  const { message } = faultOf(() => load());
  for (const key of ['serv', 'x', 'serve.prot', 'serve.hots', 'devices.SN1.sinkNam']) {
    expect(message).toContain(`- ${key} is no setting`);
  }
  write('config.json', { serve: { port: 1 }, devices: { SN1: { statusMap: { 'F1 key': 4 } } } });
  const { config, notes } = load({ HIP_VISIBLE_DEVICES: '0', HIP_HOP: 'on' });
  expect(config.devices.SN1?.statusMap).toEqual({ 'F1 key': 4 });
  expect(notes).toEqual(['The variable HIP_HOP is no setting of hip and is ignored.']);
});
