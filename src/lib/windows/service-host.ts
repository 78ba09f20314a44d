import { EXIT, HipError, messageOf } from '../errors.js';
import type { Clock } from '../forwarder/clock.js';
import type { HostedProgram, HostedRun, ServiceHost } from '../service/host.js';
import type { EventLog } from './event-log.js';
import { watchTroubles } from './trouble-watch.js';

/**
 * A process that is its own Windows service.
 *
 *   connecting -> starting   (the service manager calls)
 *   starting   -> running    (the program does its work)
 *   starting   -> stopped    (it could not start: its exit code, and why into the Event Log)
 *   running    -> stopping   (stop, shutdown, preshutdown)
 *   running    -> stopping   (the program failed; what is left of it is closed, and its exit code told)
 *   stopping   -> stopped    (all is drained)
 *
 * A wish to stop while starting is kept and heeded as soon as the start has come to an end; a second one changes
 * nothing. In the two pending states a checkpoint every second tells the service manager that we live. After
 * `stopped` nothing is told any more: the system may end the process at once, so everything is closed before.
 */
export interface ServiceHostParts {
  readonly control: ServiceControl;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** The service manager, as one service sees it. */
export interface ServiceControl {
  /**
   * Calls `begin` once, then `ask` for every wish; resolves after `stopped` was reported.
   * @throws {HipError} HIP_USAGE when the process was not started by the service manager
   */
  connect(service: ControlledService): Promise<void>;
  report(report: StateReport): void;
}

export interface ControlledService {
  begin(): void;
  /** Must come back at once: the service manager waits. */
  ask(wish: Wish): void;
}

export type Wish = 'stop' | 'shutdown' | 'preshutdown';

export type StateReport =
  | { readonly state: 'starting' | 'stopping'; readonly checkpoint: number; readonly waitMs: number }
  | { readonly state: 'running' }
  /** 0, or the exit code of hip that says why (2: usage or configuration, …). */
  | { readonly state: 'stopped'; readonly exitCode: number };

const BEAT_MS = 1_000;
/** How long no checkpoint may come before the system takes us for hung: bringing an old journal up to date blocks. */
const START_WAIT_MS = 120_000;
const STOP_WAIT_MS = 20_000;

export function createServiceHost(parts: ServiceHostParts): ServiceHost {
  return {
    async run(program) {
      const hosted = new HostedService(parts, program);
      await parts.control.connect(hosted);
      if (hosted.failure) throw hosted.failure.error;
    },
  };
}

class HostedService implements ControlledService {
  readonly #parts: ServiceHostParts;
  readonly #program: HostedProgram;
  readonly #unwanted = new AbortController();
  #failure: { readonly error: unknown } | undefined;
  #endBeat = (): void => undefined;

  constructor(parts: ServiceHostParts, program: HostedProgram) {
    this.#parts = parts;
    this.#program = program;
  }

  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  begin(): void {
    void this.#live();
  }

  ask(wish: Wish): void {
    if (this.#unwanted.signal.aborted) return;
    this.#parts.events.write({ kind: 'stopping', wish });
    this.#unwanted.abort();
  }

  async #live(): Promise<void> {
    const { control, events } = this.#parts;
    this.#beat('starting', START_WAIT_MS);
    const running = await this.#start();
    if (running) {
      if (!this.#unwanted.signal.aborted) {
        this.#endBeat();
        control.report({ state: 'running' });
        events.write({ kind: 'started' });
        const endWatch = watchTroubles(running, this.#parts);
        await this.#untilUnwanted(running.failed);
        endWatch();
      }
      this.#beat('stopping', STOP_WAIT_MS);
      await this.#stop(running);
    }
    this.#endBeat();
    const exitCode = this.#failure ? exitCodeOf(this.#failure.error) : 0;
    if (!this.#failure) events.write({ kind: 'stopped' });
    control.report({ state: 'stopped', exitCode });
  }

  async #start(): Promise<HostedRun | null> {
    try {
      return await this.#program.start(this.#unwanted.signal);
    } catch (error) {
      // Given up because nobody waits for it any more: that is a stop, not a failure.
      if (!this.#unwanted.signal.aborted) this.#fail('cannotStart', error);
      return null;
    }
  }

  async #untilUnwanted(failed: Promise<never>): Promise<void> {
    const { signal } = this.#unwanted;
    let wake = (): void => undefined;
    const unwanted = new Promise<void>((resolve) => {
      wake = resolve;
    });
    signal.addEventListener('abort', wake, { once: true });
    try {
      await Promise.race([unwanted, failed]);
    } catch (error) {
      this.#fail('failed', error);
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  async #stop(running: HostedRun): Promise<void> {
    try {
      await running.stop();
    } catch (error) {
      this.#fail('failed', error);
    }
  }

  /** The first failure is the cause of what follows it. */
  #fail(kind: 'cannotStart' | 'failed', error: unknown): void {
    if (this.#failure) return;
    this.#failure = { error };
    const suggestions = error instanceof HipError ? error.suggestions : [];
    this.#parts.events.write({ kind, reason: [messageOf(error), ...suggestions].join('\n') });
  }

  #beat(state: 'starting' | 'stopping', waitMs: number): void {
    this.#endBeat();
    let checkpoint = 0;
    const beat = (): void => {
      checkpoint += 1;
      this.#parts.control.report({ state, checkpoint, waitMs });
      this.#endBeat = this.#parts.clock.after(BEAT_MS, beat);
    };
    beat();
  }
}

function exitCodeOf(error: unknown): number {
  return error instanceof HipError ? error.oclif.exit : EXIT.bug;
}
