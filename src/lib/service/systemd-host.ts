import type { HostedRun, ServiceHost } from './host.js';

/**
 * hip under systemd (`Type=notify`): says when it is ready, that it is alive, and that it stops. systemd takes these
 * on a kind of socket that Node does not speak; its own systemd-notify does.
 */
export interface SystemdHostParts {
  /** Sends one message (`READY=1`) and resolves when systemd has it. */
  readonly notify: (message: string) => Promise<void>;
  /** `WATCHDOG_USEC`: systemd ends us when it hears nothing for that long; null where it does not watch. */
  readonly watchdogMs: number | null;
  /** Calls back once after that time; returns how to call it off. */
  readonly after: (ms: number, call: () => void) => () => void;
  /** Resolves when systemd wants us to stop, rejects with `failed`. */
  readonly untilStopped: (failed: Promise<never>) => Promise<void>;
}

export function createSystemdHost(parts: SystemdHostParts): ServiceHost {
  return {
    async run(program) {
      const running = await program.start(new AbortController().signal);
      const rest = startWatchdog(parts);
      try {
        await parts.notify('READY=1');
        await parts.untilStopped(running.failed);
      } finally {
        rest();
        await stop(running, parts);
      }
    },
  };
}

async function stop(running: HostedRun, { notify }: SystemdHostParts): Promise<void> {
  const told = notify('STOPPING=1');
  await running.stop();
  await told;
}

/** Half the time, as sd_watchdog_enabled(3) advises: a message may be late. */
function startWatchdog({ watchdogMs, after, notify }: SystemdHostParts): () => void {
  if (watchdogMs === null) return () => undefined;
  let rest = (): void => undefined;
  const beat = (): void => {
    void notify('WATCHDOG=1');
    rest = after(watchdogMs / 2, beat);
  };
  beat();
  return () => rest();
}
