import type { ServiceHost } from '../../service/host.js';
import { untilStopped } from '../terminal/stop-signal.js';

/** A person at a terminal, or whatever sends signals: Task Scheduler, a container, a plain init system. */
export function createConsoleHost(): ServiceHost {
  return {
    async run(program) {
      const running = await program.start(new AbortController().signal);
      try {
        await untilStopped(running.failed);
      } finally {
        await running.stop();
      }
    },
  };
}
