import { closeSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedConfig } from '../../config.js';
import { codeOf, HipError, messageOf } from '../../errors.js';
import type { HostedProgram } from '../../service/host.js';

/**
 * What a service says of its last start, in the data folder: the service manager carries a number, people need a
 * sentence. And only the service itself can say which folders its account may read.
 */
export interface ServiceNote {
  /** ISO UTC. */
  readonly startedAt: string;
  /** Null when it started. */
  readonly failure: string | null;
  readonly folders: readonly FolderFault[];
}

export interface FolderFault {
  readonly path: string;
  readonly problem: string;
}

export interface NotedParts {
  /** Name given by the service manager; undefined for a person at a terminal, who is told on the spot. */
  readonly service: string | undefined;
  readonly load: () => LoadedConfig;
  /** The folders and files it will read. */
  readonly reads: (loaded: LoadedConfig) => readonly string[];
}

/** The program, noting how its start as a service went. */
export function noted(program: HostedProgram, parts: NotedParts): HostedProgram {
  const { service } = parts;
  if (service === undefined) return program;
  const note = (failure: string | null): void => {
    const loaded = parts.load();
    const folders = parts.reads(loaded).flatMap((path) => findFault(path));
    const content: ServiceNote = { startedAt: new Date().toISOString(), failure, folders };
    writeFileSync(noteFile(loaded.dataDir, service), `${JSON.stringify(content)}\n`);
  };
  return {
    async start(signal) {
      try {
        const running = await program.start(signal);
        attempt(() => note(null));
        return running;
      } catch (error) {
        attempt(() => note(tell(error)));
        throw error;
      }
    },
  };
}

/** Null where there is none, or this user may not read it. */
export function readServiceNote(dataDir: string, service: string): ServiceNote | null {
  try {
    return JSON.parse(readFileSync(noteFile(dataDir, service), 'utf8')) as ServiceNote;
  } catch {
    // Never started, or the data folder is not for our eyes.
    return null;
  }
}

function noteFile(dataDir: string, service: string): string {
  return join(dataDir, `${service}.json`);
}

function tell(error: unknown): string {
  const suggestions = error instanceof HipError ? error.suggestions : [];
  return [messageOf(error), ...suggestions].join(' ');
}

function findFault(path: string): FolderFault[] {
  try {
    if (statSync(path).isDirectory()) readdirSync(path);
    else closeSync(openSync(path, 'r'));
    return [];
  } catch (error) {
    return [{ path, problem: PROBLEMS.get(codeOf(error)) ?? messageOf(error) }];
  }
}

const PROBLEMS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'is not there for the service'],
  ['EACCES', 'may not be read by the service'],
  ['EPERM', 'may not be read by the service'],
]);

/** A note that can't be written must not keep punches from being taken. */
function attempt(write: () => void): void {
  try {
    write();
  } catch {
    // The folder is missing or full: what the note would say is told by the Event Log too.
  }
}
