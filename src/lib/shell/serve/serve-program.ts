import { systemClock } from '../../app.js';
import type { LoadedConfig } from '../../config.js';
import { messageOf } from '../../errors.js';
import type { OpenLog } from '../../log.js';
import type { HostedProgram, HostedRun } from '../../service/host.js';
import { terminalFor } from '../service/hosts.js';
import { noted } from '../service/service-note.js';
import { demandedPath } from './device-menu.js';
import { type RunningServe, startServe } from './serve-app.js';
import { renderBanner } from './serve-banner.js';
import { logBug, openServeLog } from './serve-log.js';
import { findTroubles } from './serve-troubles.js';

export interface ServeProgramParts {
  readonly version: string;
  /** Called at the start, so that a fault of the configuration is told to whoever started it. */
  readonly load: () => LoadedConfig;
  /** Name given by a service manager; undefined for a person at a terminal. */
  readonly service: string | undefined;
  /** What a person at a terminal reads first. */
  readonly announce: (banner: string) => void;
}

/** `hip serve`, under whatever runs it. */
export function createServeProgram(parts: ServeProgramParts): HostedProgram {
  const program: HostedProgram = {
    async start() {
      const loaded = parts.load();
      const log = await openServeLog(loaded, { terminal: terminalFor(parts.service) });
      try {
        const running = await startServe(loaded, { version: parts.version, log });
        const { serve } = loaded.config;
        const [zone, path] = [serve.timeZone, demandedPath(serve)];
        parts.announce(renderBanner({ ...running, version: parts.version, zone, path }));
        for (const notice of running.notices) log.warn({ code: notice.code }, notice.message);
        return hosted(running, log);
      } catch (error) {
        logBug(log, error);
        await log.close();
        throw error;
      }
    },
  };
  return noted(program, { ...parts, reads: () => [] });
}

function hosted(running: RunningServe, log: OpenLog): HostedRun {
  running.failed.catch((error: unknown) => logBug(log, error));
  return {
    failed: running.failed,
    troubles: () => {
      try {
        return findTroubles(running.status(), new Date(systemClock.nowMs()));
      } catch (error) {
        // A disk that can't be read either is the trouble, not the end: devices still hear "try again".
        return [{ kind: 'journal', reason: messageOf(error) }];
      }
    },
    async stop() {
      log.info({}, 'Stopping.');
      try {
        await running.stop();
        log.info({}, 'Stopped.');
      } finally {
        await log.close();
      }
    },
  };
}
