import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf } from '../errors.js';

const run = promisify(execFile);

/** How systemd spoke to this process; null where it did not start it, or does not wait to hear of it. */
export interface NotifySocket {
  readonly notify: (message: string) => Promise<void>;
  readonly watchdogMs: number | null;
}

/**
 * `systemd-notify` waits until systemd has read the message, so that it is still known whose child sent it. A
 * message that can't be sent is told, not thrown: systemd decides what it makes of the silence.
 */
export function openNotifySocket(
  env: NodeJS.ProcessEnv,
  tell: (problem: string) => void,
): NotifySocket | null {
  if (!env.NOTIFY_SOCKET) return null;
  const watchdogUs = Number(env.WATCHDOG_USEC ?? 0);
  // Only what it needs: among the rest may be the password.
  const { NOTIFY_SOCKET, PATH } = env;
  return {
    watchdogMs: watchdogUs > 0 ? watchdogUs / 1_000 : null,
    async notify(message) {
      try {
        await run('systemd-notify', [message], { env: { NOTIFY_SOCKET, PATH } });
      } catch (error) {
        tell(`systemd-notify ${message} failed: ${messageOf(error)}`);
      }
    },
  };
}
