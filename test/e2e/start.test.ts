import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withDatabase } from '../support/database.js';
import { createProgram, runHip, type Spawned } from '../support/program.js';

describe('what keeps hip from starting is one clear sentence, with what to do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hip-start-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function config(content: unknown): string {
    const file = join(folder, 'config.json');
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  }

  async function failure(args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await runHip(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/\n\s+at .+:\d+:\d+/);
    return stderr.replace(/\s*\n\s*[›>|]?\s*/g, ' ');
  }

  it('a fault in the configuration', async () => {
    const file = config({ serve: { prot: 1 }, nonsense: true });
    const text = await failure(['serve', '--config', file, '--data-dir', folder]);
    expect(text).toContain('serve.prot is no setting; did you mean serve.port?');
    expect(text).toContain('nonsense is no setting');
  });

  it('a configuration that is not JSON, or not there', async () => {
    expect(await failure(['serve', '--config', config('{'), '--data-dir', folder])).toMatch(/is not JSON/);
    expect(await failure(['serve', '--config', join(folder, 'none.json')])).toMatch(/no such file/);
  });

  it('a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const args = ['serve', '--config', config({}), '--data-dir', folder, '--host', '127.0.0.1'];
    const text = await failure([...args, '--port', String(port)]);
    server.close();
    expect(text).toContain(`${port}`);
    expect(text).toMatch(/in use|another program/i);
  });

  it('a data folder that cannot be written', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    expect(await failure(['serve', '--config', config({}), '--data-dir', join(file, 'data')])).toMatch(
      /data folder/,
    );
    const readOnly = mkdtempSync(join(folder, 'read-only-'));
    chmodSync(readOnly, 0o500);
    // Root may write everywhere; for everybody else this is the usual case.
    if (process.getuid?.() !== 0) {
      expect(await failure(['serve', '--config', config({}), '--data-dir', readOnly])).toMatch(/data folder/);
    }
  });

  it('a data folder that is not there, and that commands which only read never make', async () => {
    const none = join(folder, 'mistyped', 'data');
    const commands = [['status'], ['punches'], ['devices'], ['quarantine', 'list'], ['redeliver']];
    for (const command of commands) {
      const args = ['--config', config({}), '--data-dir', none];
      expect(await failure([...command, ...args])).toContain(`There is no data folder ${none}.`);
    }
    expect(existsSync(join(folder, 'mistyped'))).toBe(false);
  });

  it('a half configured database, an unknown flag, an unknown command', async () => {
    const half = config({ database: { host: 'db.invalid' } });
    expect(await failure(['serve', '--config', half, '--data-dir', folder])).toMatch(/database\.user/);
    expect(await failure(['serve', '--prot', '1'])).toMatch(/prot/);
    expect(await failure(['srve'])).toMatch(/no command "hip srve".*Did you mean: hip serve/);
    expect(await failure(['quarantine', 'shw', '7'])).toMatch(/Did you mean: hip quarantine show/);
    expect(await failure(['xyzzy'])).toMatch(/no command "hip xyzzy".*Try this: .*hip help/);
  });

  it('hip help is no mistake', async () => {
    const all = await runHip(['help']);
    expect(all).toMatchObject({ code: 0, stderr: '' });
    expect(all.stdout).toMatch(/COMMANDS\n(.*\n)*\s+serve/);
    expect((await runHip(['help', 'quarantine', 'show'])).stdout).toContain('hip quarantine show');
    expect(await failure(['help', 'srve'])).toMatch(/Did you mean: hip serve/);
  });
});

describe('a second hip serve on one data folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hip-second-'));
  const started: Spawned[] = [];
  afterAll(async () => {
    for (const { child } of started) child.kill('SIGKILL');
    await Promise.all(started.map(({ ended }) => ended));
    rmSync(folder, { recursive: true });
  });

  it('says so on another port, and why it does not start on the same one', async () => {
    const hip = await createProgram(folder, {});
    started.push(await hip.serve());
    const same = hip.spawn(['serve']);
    expect(await same.ended).toBe(2);
    const text = same.output().stderr.replace(/\s*\n\s*[›>|]?\s*/g, ' ');
    expect(text).toMatch(/already in use.*Another hip serve listens/);
    expect(text).toContain('hip status');
    const other = hip.spawn(['serve', '--port', '0']);
    started.push(other);
    const said = (): string => Object.values(other.output()).join('');
    await expect.poll(said, { timeout: 20_000 }).toMatch(/Another hip serve listens .* No punch is lost/);
    await expect.poll(said, { timeout: 20_000 }).toContain('Stop with Ctrl-C');
    const status = hip.spawn(['status']);
    expect(await status.ended).toBe(0);
    expect(status.output().stdout).toContain('another hip serve listens');
  }, 40_000);
});

describe('a wrong database password', () => {
  const database = withDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'hip-password-'));
  const started: Spawned[] = [];
  beforeAll(async () => {
    await database.sql(`CREATE OR REPLACE USER 'hip_start'@'%' IDENTIFIED BY 'right'`);
  });
  afterAll(async () => {
    for (const { child } of started) child.kill('SIGTERM');
    await Promise.all(started.map(({ ended }) => ended));
    await database.sql(`DROP USER IF EXISTS 'hip_start'@'%'`);
    rmSync(folder, { recursive: true });
  });

  it('ends test-db with 3; serve goes on storing and says so', async () => {
    const { host, port, database: schema } = database;
    const settings = { host, port, user: 'hip_start', password: 'WRONG-SECRET', database: schema };
    const program = await createProgram(folder, { database: settings });
    const check = program.spawn(['test-db']);
    expect(await check.ended).toBe(3);
    const said = check.output().stdout + check.output().stderr;
    expect(said).toMatch(/password/i);
    expect(said).not.toContain('WRONG-SECRET');

    const serving = await program.serve();
    started.push(serving);
    const answer = await fetch(`${program.target}/iclock/cdata?SN=CEXB000000001&table=ATTLOG`, {
      method: 'POST',
      body: '1\t2026-10-05 08:00:00\t0\t1\n',
    });
    expect(await answer.text()).toBe('OK: 1');
    await expect
      .poll(async () => (await program.status()).sink.error, { timeout: 30_000 })
      .toMatch(/password|login/i);
    expect((await program.status()).journal.waiting).toBe(1);
    const { stdout, stderr } = serving.output();
    expect(stdout + stderr).toMatch(/password|login/i);
    expect(stdout + stderr).not.toContain('WRONG-SECRET');
  }, 60_000);
});
