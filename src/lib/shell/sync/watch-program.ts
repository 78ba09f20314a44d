import type { LoadedConfig } from '../../config.js';
import { type OpenLog, openLog } from '../../log.js';
import type { HostedProgram, HostedRun } from '../../service/host.js';
import { localTime } from '../lists/device-list.js';
import { logBug, openServeLog } from '../serve/serve-log.js';
import { terminalFor } from '../service/hosts.js';
import { noted } from '../service/service-note.js';
import { watchSync } from './sync-app.js';
import type { SyncReport } from './sync-run.js';
import { syncSources } from './sync-settings.js';

export interface WatchProgramParts {
  readonly version: string;
  /** Called at the start, so that a fault of the configuration is told to whoever started it. */
  readonly load: () => LoadedConfig;
  /** Name given by a service manager; undefined for a person at a terminal. */
  readonly service: string | undefined;
  /** For a person; a service notes the counts in its log. */
  readonly onReport: (report: SyncReport) => void;
}

/** `hip sync --watch`, under whatever runs it. */
export function createWatchProgram(parts: WatchProgramParts): HostedProgram {
  const program: HostedProgram = {
    async start(signal) {
      const loaded = parts.load();
      const log = await openWatchLog(loaded, parts.service);
      try {
        return await startWatch(parts, { loaded, log, signal });
      } catch (error) {
        await log.close();
        throw error;
      }
    },
  };
  return noted(program, { ...parts, reads: (loaded) => syncSources(loaded).map(({ path }) => path) });
}

interface Opened {
  readonly loaded: LoadedConfig;
  readonly log: OpenLog;
  readonly signal: AbortSignal;
}

async function startWatch(parts: WatchProgramParts, { loaded, log, signal }: Opened): Promise<HostedRun> {
  const stop = new AbortController();
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const watching = watchSync(loaded, {
    version: parts.version,
    log,
    signal: AbortSignal.any([signal, stop.signal]),
    onWatching: open,
    onReport: (report) => {
      if (parts.service === undefined) parts.onReport(report);
      else log.info(countsOf(report), 'Synced.');
    },
    tellNext: (next) => {
      if (next) log.info({}, `Next upload at ${localTime(next.toISOString())}.`);
    },
  });
  const failed = watching.then(() => new Promise<never>(() => undefined));
  failed.catch((error: unknown) => logBug(log, error));
  await Promise.race([opened, failed]);
  return {
    failed,
    async stop() {
      stop.abort();
      try {
        await watching;
      } finally {
        await log.close();
      }
    },
  };
}

/** A person sees the report itself; files are written where nobody looks on. */
function openWatchLog(loaded: LoadedConfig, service: string | undefined): Promise<OpenLog> {
  const terminal = terminalFor(service);
  if (service !== undefined) return openServeLog(loaded, { terminal, name: 'sync' });
  return openLog({ level: loaded.config.log.level, dir: null, files: 0, terminal });
}

function countsOf({ totals, delivered, waiting, fault }: SyncReport): object {
  return { ...totals, delivered, waiting, fault: fault?.code ?? null };
}
