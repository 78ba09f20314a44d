import { HipError } from '../errors.js';
import type { Clock } from '../forwarder/clock.js';
import { ABSENT, type ServiceRole, type ServiceStatus, type SystemServices } from '../service/service.js';
import type { Scm } from './scm.js';
import { createInstaller, type InstallerParts } from './scm-install.js';
import { explained, failureOf, foreignService, missingService } from './service-faults.js';
import { isOurCommand, SERVICE_IDENTITIES } from './service-identity.js';
import { STATE } from './win32/advapi32-host.js';
import { ERROR } from './win32/advapi32-services.js';
import { WindowsError } from './windows-error.js';

export interface WindowsServicesParts extends Omit<InstallerParts, 'steer'> {
  readonly scm: Scm;
  readonly clock: Clock;
}

/** Bringing an old journal up to date may take minutes; draining takes seconds. */
const START_TIMEOUT_MS = 300_000;
const STOP_TIMEOUT_MS = 60_000;
const POLL_MS = 100;

const STATES: ReadonlyMap<number, NonNullable<ServiceStatus['state']>> = new Map([
  [STATE.running, 'running'],
  [STATE.startPending, 'starting'],
  [STATE.stopPending, 'stopping'],
  [STATE.stopped, 'stopped'],
]);

/** Windows services, by the Service Control Manager. */
export function createWindowsServices(parts: WindowsServicesParts): SystemServices {
  const { scm } = parts;
  const steer = new Steering(parts);
  const installer = createInstaller({ ...parts, steer });
  const nameOf = (role: ServiceRole): string => SERVICE_IDENTITIES[role].name;
  const ours = (role: ServiceRole): string => {
    const name = nameOf(role);
    const config = scm.config(name);
    if (config === null) throw missingService(name);
    if (!isOurCommand(name, config.command)) throw foreignService(name, config.command);
    return name;
  };
  return {
    nameOf,
    install: (setup) => explaining('install the services', () => installer.install(setup)),
    uninstall: (role) => explaining(`remove ${nameOf(role)}`, () => installer.uninstall(role)),
    start: (role) => explaining(`start ${nameOf(role)}`, () => steer.start(ours(role))),
    stop: (role) => explaining(`stop ${nameOf(role)}`, () => steer.stop(ours(role))),
    status: async (role) => statusOf(role, scm),
  };
}

async function explaining<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explained(error, what);
  }
}

/** Start and stop by name, each to its end. */
export class Steering {
  readonly #scm: Scm;
  readonly #clock: Clock;

  constructor({ scm, clock }: { readonly scm: Scm; readonly clock: Clock }) {
    this.#scm = scm;
    this.#clock = clock;
  }

  isRunning(name: string): boolean {
    const state = this.#scm.status(name)?.dwCurrentState;
    return state !== undefined && state !== STATE.stopped;
  }

  async start(name: string): Promise<void> {
    if (this.#scm.status(name)?.dwCurrentState === STATE.stopPending) await this.#until(name, STATE.stopped);
    tolerating(ERROR.alreadyRunning, () => this.#scm.start(name));
    await this.#until(name, STATE.running);
  }

  async stop(name: string): Promise<void> {
    if (!this.isRunning(name)) return;
    // While it starts it takes no wishes: first let it come up, or fail.
    if (this.#scm.status(name)?.dwCurrentState === STATE.startPending) await this.#settled(name);
    tolerating(ERROR.notActive, () => tolerating(ERROR.cannotAccept, () => this.#scm.stop(name)));
    await this.#until(name, STATE.stopped);
  }

  async #until(name: string, wanted: number): Promise<void> {
    const status = await this.#settled(name);
    if (status === null || status.dwCurrentState === wanted) return;
    const why = failureOf(status.dwWin32ExitCode, status.dwServiceSpecificExitCode);
    throw new HipError(
      'HIP_SERVICE_FAILED',
      wanted === STATE.running
        ? `${name} did not start: ${why ?? 'it ended again at once'}.`
        : `${name} did not stop.`,
      { suggestions: ['See why: Event Viewer > Windows Logs > Application, and the log folder of hip'] },
    );
  }

  /** The state after the pending one; null when the service is gone. */
  async #settled(name: string): Promise<ReturnType<Scm['status']>> {
    const startedMs = this.#clock.nowMs();
    for (;;) {
      const status = this.#scm.status(name);
      const state = status?.dwCurrentState;
      const isPending = state === STATE.startPending || state === STATE.stopPending;
      const timeoutMs = state === STATE.startPending ? START_TIMEOUT_MS : STOP_TIMEOUT_MS;
      if (!isPending || this.#clock.nowMs() - startedMs > timeoutMs) return status;
      await new Promise<void>((resolve) => void this.#clock.after(POLL_MS, resolve));
    }
  }
}

/** One answer of the system that means as much as done. */
function tolerating(errno: number, call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof WindowsError) || error.errno !== errno) throw error;
  }
}

function statusOf(role: ServiceRole, scm: Scm): ServiceStatus {
  const { name } = SERVICE_IDENTITIES[role];
  const config = readable(() => scm.config(name));
  const status = readable(() => scm.status(name));
  if (!config || !status) return { ...ABSENT, role, name };
  const state = STATES.get(status.dwCurrentState) ?? 'stopped';
  const restarts = readable(() => scm.restarts(name)) ?? 'untold';
  return {
    role,
    name,
    installed: isOurCommand(name, config.command) ? 'yes' : 'foreign',
    state,
    pid: status.dwProcessId || null,
    startType: config.startType,
    account: config.account ?? 'LocalSystem',
    command: config.command,
    failure: state === 'stopped' ? failureOf(status.dwWin32ExitCode, status.dwServiceSpecificExitCode) : null,
    restarts,
  };
}

/** A service that nobody but its owner may look at is as good as absent. */
function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof WindowsError) return null;
    throw error;
  }
}
