import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/lib/config.js';
import { initialise } from '../../src/lib/init/init-app.js';
import { renderReport } from '../../src/lib/init/report.js';
import { database, file, folder, json, named, options, PASSWORD, shown, user } from './rig.js';

describe('without a person', () => {
  it('writes settings and password apart, and finds the database through them', async () => {
    const env = { HIP_DATABASE_PASSWORD: PASSWORD };
    const given = { ...named(), 'serve.port': 9191, 'sync.logDir': folder };
    const report = await initialise(options({ env, given, create: true }));
    expect(report).toMatchObject({
      configFile: file,
      found: false,
      sealed: false,
      database: { state: 'ready', target: `mysql://${database.host}:${database.port}/${database.database}` },
      device: { port: 9191 },
      notes: [],
    });
    expect(json(file)).toEqual({
      serve: { port: 9191 },
      database: { host: database.host, port: database.port, user, database: database.database },
      sync: { logDir: folder, uploadTimes: ['08:30', '12:30', '17:30'] },
    });
    expect(json(join(folder, 'hip/credentials.json'))).toEqual({ password: PASSWORD });
    expect(statSync(join(folder, 'hip/credentials.json')).mode & 0o777).toBe(0o600);
    expect(statSync(file).mode & 0o777).toBe(0o644);
    const loaded = loadConfig({ file, env: {} });
    expect(loaded.config.database).toMatchObject({ user, password: PASSWORD });
    expect(loaded.importedDatabase).toBe(false);
    expect(readdirSync(join(folder, 'hip')).sort()).toEqual(['config.json', 'credentials.json']);
    expect(shown + JSON.stringify(report) + renderReport(report)).not.toContain('pässwörd');
  });

  it('takes a missing table for hip to make, and a wrong password for a person to mend', async () => {
    const given = { ...named(), 'database.password': PASSWORD };
    expect((await initialise(options({ given }))).database.state).toBe('table-missing');
    const wrong = { ...given, 'database.password': 'wr0ng' };
    const report = await initialise(options({ given: wrong, force: true }));
    expect(report.database.state).toBe('failing');
    expect(report.database.links.find(({ state }) => state === 'fail')?.code).toBe('HIP_DB_LOGIN');
    expect(renderReport(report)).toContain('hip test-db');
    expect(shown + JSON.stringify(report)).not.toContain('wr0ng');
  });

  it('works without a database', async () => {
    const report = await initialise(options());
    expect(report).toMatchObject({ credentialsFile: null, database: { state: 'none', target: null } });
    expect(loadConfig({ file, env: {} }).config.database.host).toBeNull();
    expect(existsSync(join(folder, 'hip/credentials.json'))).toBe(false);
  });

  it('says what a database named by half lacks, and writes nothing', async () => {
    const given = { 'database.host': 'db.invalid' };
    await expect(initialise(options({ given }))).rejects.toMatchObject({
      code: 'HIP_CONFIG_INVALID',
      message: expect.stringContaining('database.user'),
    });
    expect(existsSync(file)).toBe(false);
  });

  it('changes nothing that is there unless told to, and then only what is asked for', async () => {
    mkdirSync(join(folder, 'hip'));
    writeFileSync(
      file,
      JSON.stringify({ serve: { port: 9100, timeZone: '+07:00' }, devices: { A1: { sinkName: 'x' } } }),
    );
    writeFileSync(join(folder, 'hip/credentials.json'), JSON.stringify({ password: 'old' }));
    const before = readFileSync(file, 'utf8');
    await expect(initialise(options())).rejects.toMatchObject({ code: 'HIP_FILE_EXISTS' });
    expect(readFileSync(file, 'utf8')).toBe(before);
    await initialise(options({ force: true, given: { 'serve.port': 9200 } }));
    expect(json(file)).toMatchObject({
      serve: { port: 9200, timeZone: '+07:00' },
      devices: { A1: { sinkName: 'x' } },
    });
    // Of a database that is not there no password is kept.
    expect(json(join(folder, 'hip/credentials.json'))).toEqual({});
  });

  it('takes the file that comes with hip for nobody’s work', async () => {
    mkdirSync(join(folder, 'hip'));
    writeFileSync(file, readFileSync(new URL('../../config.json', import.meta.url)));
    await initialise(options({ given: { 'serve.port': 9300 } }));
    expect(json(file)).toMatchObject({ serve: { port: 9300, host: '0.0.0.0' } });
  });

  it('says where it may not write', async () => {
    writeFileSync(join(folder, 'hip'), '');
    await expect(initialise(options())).rejects.toMatchObject({ code: 'HIP_CONFIG_UNWRITABLE' });
  });
});

describe('the previous system', () => {
  const OLD = {
    LOG_DIR: 'logs',
    UPLOAD_TIMES: ['07:30', '12:00'],
    IGNORE_FILES_BEFORE: '2025-01-01',
    ACCESS_DB_PATH: 'C:\\HIP\\Pm2014.mdb',
    ACCESS_PASSWORD: 'mdb-secret',
    BATCH_SIZE: 500,
    LAST_SYNC_FILE: 'last.txt',
    SERVER_PORT: 8090,
    PRINTER: 'none of ours',
  };

  function writeOld(place: string): void {
    mkdirSync(join(place, 'logs'), { recursive: true });
    writeFileSync(join(place, 'config.json'), JSON.stringify(OLD));
    const DB_CONFIG = {
      user,
      password: PASSWORD,
      host: database.host,
      port: database.port,
      database: database.database,
      connection_timeout: 30,
      raise_on_warnings: true,
    };
    writeFileSync(join(place, 'credentials.json'), JSON.stringify({ DB_CONFIG }));
    chmodSync(join(place, 'credentials.json'), 0o644);
  }

  it('is taken over whole, from its own folder, and left as it is', async () => {
    const old = join(folder, 'old');
    writeOld(old);
    const before = readFileSync(join(old, 'credentials.json'), 'utf8');
    const report = await initialise(options({ from: 'old', create: true }));
    expect(report.database.state).toBe('ready');
    expect(json(file)).toEqual({
      serve: { port: 8090 },
      forwarder: { batchRows: 500 },
      database: {
        host: database.host,
        port: database.port,
        user,
        database: database.database,
        connectTimeoutMs: 30_000,
        createTable: 'no',
      },
      sync: {
        logDir: join(old, 'logs'),
        uploadTimes: ['07:30', '12:00'],
        ignoreFilesBefore: '2025-01-01',
        accessDb: ['C:\\HIP\\Pm2014.mdb'],
      },
    });
    expect(json(join(folder, 'hip/credentials.json'))).toEqual({
      password: PASSWORD,
      ACCESS_PASSWORD: 'mdb-secret',
    });
    expect(loadConfig({ file, env: {} }).config.sync.accessPassword).toBe('mdb-secret');
    expect(report.notes.join('\n')).toMatch(/LAST_SYNC_FILE.*PRINTER.*delete it/s);
    expect(JSON.stringify(report)).not.toMatch(/mdb-secret|pässwörd/);
    expect(readFileSync(join(old, 'credentials.json'), 'utf8')).toBe(before);
  });

  it('never makes a table where the old name is wrong', async () => {
    writeOld(join(folder, 'old'));
    expect((await initialise(options({ from: 'old' }))).database.state).toBe('failing');
  });

  it('is no longer that when another database is named', async () => {
    writeOld(join(folder, 'old'));
    const report = await initialise(options({ from: 'old', given: named() }));
    expect(report.database.state).toBe('table-missing');
  });

  it('is not where a folder is empty', async () => {
    await expect(initialise(options({ from: folder }))).rejects.toMatchObject({ code: 'HIP_NOT_FOUND' });
  });

  it('keeps its file when hip is set up in its folder', async () => {
    writeOld(folder);
    const before = readFileSync(join(folder, 'config.json'), 'utf8');
    const env = { HIP_CONFIG: file };
    await initialise(options({ named: undefined, env, from: folder }));
    expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe(before);
    expect(existsSync(file)).toBe(true);
  });
});
