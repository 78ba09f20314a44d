/**
 * The contract of what keeps hip running without a person: Windows' Service Control Manager, or systemd.
 *
 * States of a service, as seen from outside:
 *   absent   -> stopped                        (install)
 *   stopped  -> starting -> running            (start, boot, or the system after a failure)
 *   running  -> stopping -> stopped            (stop; what is in flight is drained first)
 *   starting -> stopped                        (could not start: `failure` says why)
 *   any      -> absent                         (uninstall; data stays)
 */

/** `serve` is the listener with its forwarder, `sync` reads files at the upload times. */
export type ServiceRole = 'serve' | 'sync';

export const SERVICE_ROLES: readonly ServiceRole[] = ['serve', 'sync'];

export interface SystemServices {
  /** The name people and tools of the system know the service by (`HIPDeviceServer`). */
  nameOf(role: ServiceRole): string;

  /**
   * Makes the services of these roles stand as the setup says, whatever stood there of ours before; running ones
   * are stopped for it. Starts none. When it throws, nothing it did remains.
   * @throws {HipError} HIP_NOT_ADMIN, HIP_SERVICE_FOREIGN (without `replace`), HIP_SERVICE_FAILED
   */
  install(setup: ServiceSetup): Promise<Installation>;
  /**
   * Stops and removes the service and all that install made for it, except data. What stood there before (`replace`)
   * is left as it is and told in the notes. An absent one is no fault.
   * @throws {HipError} HIP_NOT_ADMIN, HIP_SERVICE_FOREIGN, HIP_SERVICE_FAILED
   */
  uninstall(role: ServiceRole, options: { readonly dataDir: string }): Promise<Removal>;

  /**
   * Resolve when the service has reached the state, at once where it has it already.
   * @throws {HipError} HIP_NOT_ADMIN, HIP_SERVICE_MISSING, HIP_SERVICE_FAILED with the service's own reason
   */
  start(role: ServiceRole): Promise<void>;
  stop(role: ServiceRole): Promise<void>;

  /** Needs no rights. Never throws for a service that is absent or foreign: that is the answer. */
  status(role: ServiceRole): Promise<ServiceStatus>;
}

export interface ServiceSetup {
  readonly roles: readonly ServiceRole[];
  /** How hip is started: absolute program, then what comes before the command (`node.exe`, `…\bin\run.js`). */
  readonly program: readonly string[];
  /** Absolute; the service is started with exactly this one. */
  readonly config: string;
  /** Absolute; made where missing, with rights for the services and whoever installs. */
  readonly dataDir: string;
  /** The port devices send to; opened in the firewall where `serve` is installed. */
  readonly port: number;
  /** The one with TLS, where there is one. */
  readonly tlsPort?: number | null;
  /** Who may reach the ports besides the local subnet: CIDRs. */
  readonly allow: readonly string[];
  /** What `sync` reads: systemd shows a service only what it names. */
  readonly sources?: readonly SourcePath[];
  /** Stop and disable a service of that name that is not ours, so that it can be brought back. */
  readonly replace: boolean;
}

export interface SourcePath {
  /** Absolute. */
  readonly path: string;
  /** Finished files are moved into a folder below it. */
  readonly moves: boolean;
}

export interface Installation {
  /** What a person should know: fallbacks taken, services replaced and how to bring them back. */
  readonly notes: readonly string[];
  /** Takes everything back, as if install had not been called. For when the services then fail to start. */
  undo(): Promise<void>;
}

export interface Removal {
  readonly removed: boolean;
  readonly notes: readonly string[];
}

export interface ServiceStatus {
  readonly role: ServiceRole;
  readonly name: string;
  /** `foreign`: a service of that name stands there, but it does not start hip. */
  readonly installed: 'yes' | 'no' | 'foreign';
  /** Null when absent. */
  readonly state: 'running' | 'starting' | 'stopping' | 'stopped' | null;
  /** Null when it does not run. */
  readonly pid: number | null;
  readonly startType: 'automatic' | 'manual' | 'disabled' | null;
  /** The account it runs as. */
  readonly account: string | null;
  /** As the system starts it, for people. */
  readonly command: string | null;
  /** Why the last start failed or the service ended by itself; null when it did not. */
  readonly failure: string | null;
  /** As the system itself says; `untold` where it can't be asked, null where the service's own file says it. */
  readonly restarts: Restarts | 'untold' | null;
}

/** The status of a service that does not stand there, all but its name. */
export const ABSENT = {
  installed: 'no',
  state: null,
  pid: null,
  startType: null,
  account: null,
  command: null,
  failure: null,
  restarts: null,
} as const satisfies Omit<ServiceStatus, 'role' | 'name'>;

/** What the system does when a service ends by itself. */
export interface Restarts {
  /** One wait for each failure, the last one for all that follow; null is a failure after which nothing is done. */
  readonly delaysMs: readonly (number | null)[];
  /** So long without a failure, and the waits begin anew. */
  readonly resetAfterSeconds: number;
  /** Not only after a crash: also when the program itself ended with an error. */
  readonly afterErrorExit: boolean;
}
