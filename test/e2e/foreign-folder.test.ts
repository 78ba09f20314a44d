import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openJournal } from '../../src/lib/journal/open.js';

const RUN = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'bin', 'run.js');
const AS_NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups'];

/** Runs `hip` as a user who owns nothing. */
function runAsNobody(args: readonly string[]): { readonly code: number | null; readonly text: string } {
  const words = [...AS_NOBODY, process.execPath, RUN, ...args];
  const { status, stdout, stderr } = spawnSync('setpriv', words, { encoding: 'utf8', cwd: tmpdir() });
  // oclif wraps and indents; the words are what counts.
  return { code: status, text: `${stdout}${stderr}`.replace(/\s+/g, ' ') };
}

/** It takes root to become another user, and that one has to be able to read the program. */
const canBecome = process.getuid?.() === 0 && runAsNobody(['--version']).code === 0;

describe.runIf(canBecome)('a data folder of another user', () => {
  let folder: string;
  let data: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hip-foreign-'));
    data = join(folder, 'data');
    mkdirSync(data);
    mkdirSync(join(folder, 'files'));
    openJournal({ dataDir: data }).close();
    openJournal({ dataDir: join(folder, 'files') }).close();
    writeFileSync(join(folder, 'config.json'), '{ "serve": { "statusPort": 0 } }');
    chmodSync(folder, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function told(line: string): { readonly code: number | null; readonly text: string } {
    const words = line.split(' ').map((word) => (word.startsWith('@') ? join(folder, word.slice(1)) : word));
    return runAsNobody([...words, '--config', join(folder, 'config.json'), '--data-dir', data]);
  }

  const COMMANDS = [
    'status',
    'punches',
    'devices',
    'devices command CQZ0000000017 info',
    'quarantine list',
    'backup @copy',
    'restore @files/hip.db',
    'salvage @files/hip.db',
    'redeliver',
    'sync --log-dir @files',
    'sync --log-dir @files --dry-run',
    'serve',
  ];

  it.each(COMMANDS)('closed to others: hip %s says whose it is', (line) => {
    chmodSync(data, 0o700);
    const { code, text } = told(line);
    expect(text).toContain(`The data folder ${data}`);
    expect(text).toContain('is not for this user: it belongs to root.');
    expect(text).toContain('with sudo');
    expect(code).toBe(2);
  });

  it('open to be read only: says whose it is', () => {
    chmodSync(data, 0o755);
    expect(told('punches')).toMatchObject({ code: 2, text: expect.stringContaining('belongs to root') });
  });

  it('open, but the journal is not: names the journal', () => {
    chmodSync(data, 0o777);
    const { code, text } = told('punches');
    expect(text).toContain(`The journal ${join(data, 'hip.db')} is not for this user: it belongs to root.`);
    expect(code).toBe(2);
  });

  it('makes no copy where this user may not write', () => {
    chmodSync(data, 0o777);
    for (const name of ['hip.db', 'journal.lock']) chmodSync(join(data, name), 0o666);
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const { code, text } = told('backup @closed/copy');
    expect(text).toContain('The copy could not be written');
    expect(code).toBe(2);
  });
});
