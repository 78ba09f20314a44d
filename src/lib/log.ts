import { messageOf } from './errors.js';
import { LogFile } from './log-file.js';

/** What adapters may do with a log: structured fields first, then one sentence for people. No secrets, ever. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** For tests and for commands that report by other means. */
export const silentLog: Log = { debug: drop, info: drop, warn: drop, error: drop };

export interface LogSettings {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Folder of the log files; null writes none. */
  readonly dir: string | null;
  /** Of the files, `hip` unless told: two processes must not roll the same ones. */
  readonly name?: string;
  /** Files kept, those of earlier runs included. */
  readonly files: number;
  /** Size at which the next file begins, 10 MB unless told. */
  readonly fileBytes?: number;
  /** Where people watch; null when nobody does. */
  readonly terminal: Terminal | null;
}

/** A stream that may fail and come back, as standard error does; who made it listens for its errors. */
export interface Terminal {
  readonly writableLength: number;
  write(text: string, done: (error?: Error | null) => void): unknown;
}

export interface OpenLog extends Log {
  close(): Promise<void>;
}

/**
 * Log files as JSON lines, and short lines on the terminal. Where one can't be written (full disk, a window that was
 * closed), the other tells it once, and both count what is missing. It never stops the program: punches matter more
 * than lines about them.
 */
export async function openLog(settings: LogSettings): Promise<OpenLog> {
  const { default: pino } = await import('pino');
  const { level } = settings;
  const tell: LogFaults = {
    fileFault: (problem) => terminal?.write(`WARN  The log file can't be written: ${problem}\n`),
    terminalFault: (problem) => logger.warn({}, `Nobody sees the log on the terminal any more: ${problem}`),
    recovered: (missing, where) =>
      logger.warn({ missing }, `${missing} lines before could not be written ${where}.`),
  };
  const file = settings.dir === null ? null : createLogFile({ ...settings, dir: settings.dir }, tell);
  const terminal = settings.terminal && createTerminal(settings.terminal, tell);
  const streams: { level: LogSettings['level']; stream: { write(line: string): void } }[] = [];
  if (file) streams.push({ level, stream: file });
  if (terminal) streams.push({ level, stream: { write: (line) => terminal.write(forPeople(line)) } });
  if (streams.length === 0) return { ...silentLog, close: async () => drop() };
  const logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.multistream(streams),
  );
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    close: async () => file?.close(),
  };
}

/** Opens in any editor, and eight of them hold weeks. */
const FILE_BYTES = 10 * 1_024 * 1_024;

/** Each is told by the road that still works. */
interface LogFaults {
  readonly fileFault: (problem: string) => void;
  readonly terminalFault: (problem: string) => void;
  readonly recovered: (missing: number, where: string) => void;
}

function createLogFile(settings: LogSettings & { readonly dir: string }, tell: LogFaults): LogFile {
  return new LogFile({
    dir: settings.dir,
    name: settings.name ?? 'hip',
    maxBytes: settings.fileBytes ?? FILE_BYTES,
    files: settings.files,
    onFault: tell.fileFault,
    onRecovered: (missing) => tell.recovered(missing, 'to the log file'),
  });
}

/** What waits for a reader who is there and does not read; beyond, lines are dropped. */
const UNREAD_BYTES = 1_024 * 1_024;

/** Counts what does not arrive. */
function createTerminal(stream: Terminal, tell: LogFaults): { write(text: string): void } {
  let missing = 0;
  const miss = (problem: string): void => {
    missing += 1;
    if (missing === 1) tell.terminalFault(problem);
  };
  const arrived = (): void => {
    const before = missing;
    missing = 0;
    if (before > 0) tell.recovered(before, 'on the terminal');
  };
  return {
    write(text) {
      if (stream.writableLength > UNREAD_BYTES) miss('it does not read what it is sent');
      else stream.write(text, (error) => (error ? miss(messageOf(error)) : arrived()));
    },
  };
}

const LEVELS: Readonly<Record<number, string>> = { 20: 'DEBUG', 30: 'INFO', 40: 'WARN', 50: 'ERROR' };

/** `07:55:01 WARN  message` in the PC's own time: what a person in the office compares with the wall clock. */
function forPeople(line: string): string {
  const entry = JSON.parse(line) as { level: number; time: string; msg?: string; err?: { stack?: string } };
  const clock = new Date(entry.time).toTimeString().slice(0, 8);
  const stack = entry.err?.stack ? `\n${entry.err.stack}` : '';
  return `${clock} ${(LEVELS[entry.level] ?? '').padEnd(5)} ${entry.msg ?? ''}${stack}\n`;
}

function drop(): void {
  // Deliberately nothing: the caller reports by other means.
}
