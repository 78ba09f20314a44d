import { isIP } from 'node:net';
import type { Config } from '../config.js';
import { HipError } from '../errors.js';
import { parseSchedule } from '../schedule.js';
import type { Reading } from './prompt.js';

/** What a new hip has to be told, and nothing more. Everything else has a default that suits an office. */
export interface Answers {
  /** Null: punches stay in the journal until there is one. */
  readonly database: DatabaseAnswers | null;
  readonly port: number;
  readonly logDir: string | null;
  readonly uploadTimes: readonly string[];
}

export interface DatabaseAnswers {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** Before work, at noon, after work. */
export const USUAL_TIMES: readonly string[] = ['08:30', '12:30', '17:30'];

/** The answers that a configuration already gives; null for the database where it does not name all of it. */
export function answersOf({ database, serve, sync }: Config): Answers {
  const { host, port, user, password, database: schema } = database;
  const isWhole = host !== null && user !== null && schema !== null;
  return {
    database: isWhole ? { host, port, user, password: password ?? '', database: schema } : null,
    port: serve.port,
    logDir: sync.logDir,
    // A folder that is never read would look as if all were well.
    uploadTimes: sync.uploadTimes.length > 0 || sync.watchFiles ? sync.uploadTimes : USUAL_TIMES,
  };
}

/** How what is typed is understood. */
export const read = {
  text(typed: string): Reading<string> {
    return typed === '' ? { fault: 'Please type something.' } : { value: typed };
  },

  any(typed: string): Reading<string> {
    return { value: typed };
  },

  /** `-` takes a preset away. */
  optional(typed: string): Reading<string | null> {
    return { value: typed === '' || typed === '-' ? null : typed };
  },

  host(typed: string): Reading<string | null> {
    if (typed === '' || typed === '-') return { value: null };
    if (isIP(typed) || /^[^\s/:@]+$/.test(typed)) return { value: typed };
    return { fault: 'Only the name or address, without mysql:// and without the port.' };
  },

  port(typed: string): Reading<number> {
    const port = /^\d{1,5}$/.test(typed) ? Number(typed) : 0;
    return port >= 1 && port <= 65_535 ? { value: port } : { fault: 'A port is a number from 1 to 65535.' };
  },

  uploadTimes(typed: string): Reading<readonly string[]> {
    const times = splitTimes(typed === '-' ? '' : typed);
    try {
      parseSchedule(times, 'UTC');
      return { value: times };
    } catch (error) {
      if (!(error instanceof HipError)) throw error;
      return { fault: `${error.message.replace('sync.uploadTimes ', 'This ')} Write 08:30, 17:30.` };
    }
  },
};

/** `08:30, 17:30`; anything else is one cron expression. */
export function splitTimes(text: string): string[] {
  const parts = text.split(/[,;\s]+/).filter((part) => part !== '');
  return parts.every((part) => /^\d{1,2}:\d{2}$/.test(part)) ? parts : [text.trim()];
}
