import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { InitOptions } from '../../src/lib/init/init-app.js';
import { createPrompt, type Prompt } from '../../src/lib/init/prompt.js';
import { withDatabase } from '../support/database.js';

/** What tests of hip init share: a folder, a database, and somebody who types. */

export const PASSWORD = 'pässwörd "with" \\ all';
export const database = withDatabase();
/** Of its own for each file of tests: they run side by side on one server. */
export const user = database.database;
export let folder: string;
export let file: string;
export let shown: string;

beforeAll(async () => {
  await database.sql(`CREATE OR REPLACE USER '${user}'@'%' IDENTIFIED BY ?`, [PASSWORD]);
  await database.sql(`GRANT ALL ON \`${database.database}\`.* TO '${user}'@'%'`);
});
afterAll(() => database.sql(`DROP USER '${user}'@'%'`));
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hip-init-'));
  file = join(folder, 'hip', 'config.json');
  shown = '';
  await database.sql('DROP TABLE IF EXISTS device_logs');
});
afterEach(() => rmSync(folder, { recursive: true }));

export function options(more: Partial<InitOptions> = {}): InitOptions {
  return {
    named: file,
    env: {},
    cwd: folder,
    from: undefined,
    given: {},
    withoutDatabase: false,
    create: false,
    force: false,
    prompt: null,
    tell: (text) => {
      shown += `${text}\n`;
    },
    nowMs: Date.now,
    ...more,
  };
}

export const named = () => ({
  'database.host': database.host,
  'database.port': database.port,
  'database.user': user,
  'database.database': database.database,
});

/** Types an answer whenever its question is asked. */
export function typing(answers: readonly (readonly [question: RegExp, answer: string])[]): Prompt {
  const input = new PassThrough();
  const output = new PassThrough();
  const rest = [...answers];
  let line = '';
  output.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    line = (line + chunk.toString()).split('\n').at(-1) ?? '';
    if (!/: $/.test(line)) return;
    const next = rest[0];
    if (!next?.[0].test(line)) return;
    rest.shift();
    line = '';
    input.write(`${next[1]}\n`);
  });
  return createPrompt({ input, output });
}

export const json = (name: string): unknown => JSON.parse(readFileSync(name, 'utf8'));
