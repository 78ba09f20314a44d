import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { read } from '../../src/lib/init/answers.js';
import { confirm, createPrompt, type Prompt } from '../../src/lib/init/prompt.js';

let input: PassThrough;
let shown: string;
let prompt: Prompt;

beforeEach(() => {
  input = new PassThrough();
  const output = new PassThrough();
  shown = '';
  output.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
  });
  prompt = createPrompt({ input, output });
});
afterEach(() => prompt.close());

const port = { text: 'Port', preset: '3306', read: read.port };
const password = { text: 'Password', hidden: true, read: read.any };

it('takes what is typed, and the preset for Enter', async () => {
  input.write('3310\n\n');
  expect(await prompt.ask(port)).toBe(3310);
  expect(await prompt.ask(port)).toBe(3306);
  expect(shown).toContain('Port [3306]: ');
});

it('asks again after what can not be used, and says why', async () => {
  input.write('many\n70000\n3307\n');
  expect(await prompt.ask(port)).toBe(3307);
  expect(shown.match(/A port is a number/g)).toHaveLength(2);
  const sure = confirm(prompt, 'Sure', false);
  input.write('perhaps\nY\n');
  expect(await sure).toBe(true);
  expect(shown).toContain('Please type yes or no.');
});

it('shows no password, typed in time or ahead, and keeps its blanks', async () => {
  const first = prompt.ask(password);
  input.write(' s3cret \n');
  expect(await first).toBe(' s3cret ');
  input.write('3311\nah3ad\n');
  expect(await prompt.ask(port)).toBe(3311);
  expect(await prompt.ask(password)).toBe('ah3ad');
  const last = prompt.ask({ ...password, preset: 'kn0wn' });
  input.write('\n');
  expect(await last).toBe('kn0wn');
  expect(shown).not.toMatch(/s3cret|ah3ad|kn0wn/);
});

it('shows what is typed for all else, corrections included', async () => {
  const host = prompt.ask({ text: 'Server', read: read.text });
  input.write('dx\x7fb.example\n');
  expect(await host).toBe('db.example');
  expect(shown).toContain('b.example');
});

it.each([
  ['Ctrl-C', '\x03'],
  ['the end of input', '\x04'],
])('stops at %s, and at every later question', async (_name, key) => {
  const asked = prompt.ask(password);
  input.write(key);
  await expect(asked).rejects.toMatchObject({ code: 'HIP_USAGE', oclif: { exit: 2 } });
  await expect(prompt.ask(port)).rejects.toMatchObject({ code: 'HIP_USAGE' });
});

it('stops when the terminal is gone', async () => {
  const asked = prompt.ask(port);
  input.end();
  await expect(asked).rejects.toMatchObject({ code: 'HIP_USAGE' });
});

it.each(['mysql://db', 'db:3306', 'a b', 'user@db'])('takes no %j for a server', (typed) => {
  expect(read.host(typed)).toHaveProperty('fault');
});

it.each(['db.example.com', '192.0.2.7', '::1', 'fe80::1', 'PC-7'])('takes %j for a server', (typed) => {
  expect(read.host(typed)).toEqual({ value: typed });
});

it('understands times in any list, and cron', () => {
  for (const typed of ['8:30,17:30', '8:30; 17:30', '8:30 17:30']) {
    expect(read.uploadTimes(typed)).toEqual({ value: ['8:30', '17:30'] });
  }
  expect(read.uploadTimes('0 8,17 * * 1-6')).toEqual({ value: ['0 8,17 * * 1-6'] });
  expect(read.uploadTimes('25:00')).toMatchObject({ fault: expect.stringContaining('25:00') });
});
