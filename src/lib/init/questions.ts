import { statSync } from 'node:fs';
import type { DatabaseCheck } from '../shell/status/database-check.js';
import { type Answers, type DatabaseAnswers, read } from './answers.js';
import { confirm, type Prompt } from './prompt.js';

/** Tries what was answered, telling each link to the person who waits. */
export type Try = (
  database: DatabaseAnswers,
  options: { readonly create: boolean },
) => Promise<DatabaseCheck>;

export interface Answered {
  readonly answers: Answers;
  readonly check: DatabaseCheck | null;
}

/** Asks for everything, with what is known already as the answer to a mere Enter. */
export async function askAll(prompt: Prompt, known: Answers, attempt: Try): Promise<Answered> {
  const { database, check } = await askDatabase(prompt, known.database, attempt);
  const port = await prompt.ask({
    text: 'Port that the terminals send to',
    preset: String(known.port),
    read: read.port,
  });
  const logDir = await askFolder(prompt, known.logDir);
  const uploadTimes = logDir === null ? known.uploadTimes : await askTimes(prompt, known.uploadTimes);
  return { answers: { database, port, logDir, uploadTimes }, check };
}

interface DatabaseAnswered {
  readonly database: DatabaseAnswers | null;
  readonly check: DatabaseCheck | null;
}

async function askDatabase(
  prompt: Prompt,
  known: DatabaseAnswers | null,
  attempt: Try,
): Promise<DatabaseAnswered> {
  prompt.say('\nThe MySQL or MariaDB database that punches go to. Without one hip keeps them on this PC.');
  let proposed = known;
  for (;;) {
    const database = await askOnce(prompt, proposed);
    if (database === null) return { database, check: null };
    prompt.say('');
    const check = await attemptAll(prompt, database, attempt);
    prompt.say('');
    if (check.links.every(({ state }) => state !== 'fail')) return { database, check };
    const next = await askAfterFailure(prompt);
    if (next === 'keep') return { database, check };
    if (next === 'without') return { database: null, check: null };
    proposed = database;
  }
}

async function askOnce(prompt: Prompt, known: DatabaseAnswers | null): Promise<DatabaseAnswers | null> {
  const host = await prompt.ask({
    text: 'Database server, name or address (- for none)',
    preset: known?.host ?? '-',
    read: read.host,
  });
  if (host === null) return null;
  const port = await prompt.ask({ text: 'Its port', preset: String(known?.port ?? 3306), read: read.port });
  const user = await prompt.ask({ text: 'User', preset: known?.user ?? '', read: read.text });
  const password = await prompt.ask({
    text: 'Password (not shown)',
    preset: known?.password ?? '',
    hidden: true,
    read: read.any,
  });
  const database = await prompt.ask({
    text: 'Name of the database (schema)',
    preset: known?.database ?? '',
    read: read.text,
  });
  return { host, port, user, password, database };
}

async function attemptAll(prompt: Prompt, database: DatabaseAnswers, attempt: Try): Promise<DatabaseCheck> {
  const check = await attempt(database, { create: false });
  const missing = missingPart(check);
  if (missing === null || !(await confirm(prompt, `The ${missing} does not exist. Create it`, true)))
    return check;
  return attempt(database, { create: true });
}

/** What `create` could make. */
export function missingPart({ links }: DatabaseCheck): 'table' | 'database' | null {
  const codes = links.map(({ code }) => code);
  if (codes.includes('HIP_DB_SCHEMA')) return 'database';
  return codes.includes('HIP_DB_TABLE_MISSING') ? 'table' : null;
}

function askAfterFailure(prompt: Prompt): Promise<'again' | 'keep' | 'without'> {
  return prompt.ask({
    text: 'Type it [again], [keep] it as it is and deliver when it works, or go on [without] a database',
    preset: 'again',
    read: (typed) => {
      const word = (['again', 'keep', 'without'] as const).find((one) => one.startsWith(typed.toLowerCase()));
      return word === undefined ? { fault: 'Please type again, keep or without.' } : { value: word };
    },
  });
}

async function askFolder(prompt: Prompt, known: string | null): Promise<string | null> {
  prompt.say("\nFiles of the vendor's PC program, where a terminal can't send by itself.");
  for (;;) {
    const folder = await prompt.ask({
      text: 'Folder of its log files (- for none)',
      preset: known ?? '-',
      read: (typed) => read.optional(typed.replace(/^"(.*)"$/, '$1')),
    });
    if (folder === null || isFolder(folder)) return folder;
    if (await confirm(prompt, 'There is no such folder on this PC now. Take it all the same', false))
      return folder;
  }
}

export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // Whatever the reason, this user can not look into it.
    return false;
  }
}

function askTimes(prompt: Prompt, known: readonly string[]): Promise<readonly string[]> {
  return prompt.ask({
    text: 'When to read them, every day',
    preset: known.join(', '),
    read: read.uploadTimes,
  });
}
