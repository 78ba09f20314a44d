import type { Restarts } from '../service/service.js';
import { CONTROL, SERVICE_WIN32_OWN_PROCESS } from './win32/advapi32-host.js';
import {
  ACTION_NONE,
  ACTION_RESTART,
  ERROR,
  ERROR_CONTROL_NORMAL,
  type FailureActions,
  INFO,
  MANAGER_ACCESS,
  NO_CHANGE,
  SERVICE_ACCESS,
  type ServiceCalls,
  type ServiceProcessStatus,
  START,
} from './win32/advapi32-services.js';
import type { Pointer } from './win32/pointer.js';
import { WindowsError } from './windows-error.js';

/** How Windows starts a service. */
export interface ServiceConfig {
  /** The command line. */
  readonly command: string;
  readonly displayName: string;
  readonly description: string;
  readonly startType: 'automatic' | 'manual' | 'disabled';
  /** Null is LocalSystem. */
  readonly account: string | null;
}

/** What hip wants beside that; each is refused by some Windows, and none of them alone is worth to give up. */
export interface ServiceCare {
  readonly delayedStart: boolean;
  readonly restarts: Restarts;
  readonly preshutdownMs: number;
}

/**
 * The Service Control Manager in our words. Every call opens what it needs and closes it again.
 * All throw {@link WindowsError}.
 */
export class Scm {
  readonly #calls: ServiceCalls;

  constructor(calls: ServiceCalls) {
    this.#calls = calls;
  }

  /** Null when there is no such service. */
  config(name: string): ServiceConfig | null {
    return this.#with(name, SERVICE_ACCESS.query, (service) => {
      const needed: [number] = [0];
      this.#calls.QueryServiceConfigW(service, null, 0, needed);
      const buffer = Buffer.alloc(needed[0]);
      this.#must(
        'QueryServiceConfigW',
        this.#calls.QueryServiceConfigW(service, buffer, buffer.length, needed),
      );
      const read = this.#calls.readConfig(buffer);
      const account = read.lpServiceStartName;
      return {
        command: read.lpBinaryPathName,
        displayName: read.lpDisplayName ?? '',
        description: this.#description(service),
        startType: startTypeOf(read.dwStartType),
        account: account === null || account === '' || account === 'LocalSystem' ? null : account,
      };
    });
  }

  status(name: string): ServiceProcessStatus | null {
    return this.#with(name, SERVICE_ACCESS.query, (service) => {
      const status: Partial<ServiceProcessStatus> = {};
      const size = this.#calls.sizeofStatus;
      this.#must('QueryServiceStatusEx', this.#calls.QueryServiceStatusEx(service, 0, status, size, [0]));
      return status as ServiceProcessStatus;
    });
  }

  /** @throws {WindowsError} ERROR.accessDenied when this process may not install services */
  requireRights(): void {
    this.#calls.CloseServiceHandle(this.#manager(MANAGER_ACCESS.connect | MANAGER_ACCESS.createService));
  }

  create(name: string, { command, displayName, description, startType, account }: ServiceConfig): void {
    const manager = this.#manager(MANAGER_ACCESS.connect | MANAGER_ACCESS.createService);
    try {
      const service = this.#calls.CreateServiceW(
        manager,
        name,
        displayName,
        SERVICE_ACCESS.change,
        SERVICE_WIN32_OWN_PROCESS,
        START[startType],
        ERROR_CONTROL_NORMAL,
        command,
        null,
        null,
        null,
        account,
        null,
      );
      if (service === null) throw this.#failed('CreateServiceW');
      this.#calls.changeDescription(service, INFO.description, { lpDescription: description });
      this.#calls.CloseServiceHandle(service);
    } finally {
      this.#calls.CloseServiceHandle(manager);
    }
  }

  change(name: string, config: ServiceConfig): void {
    const { command, displayName, description, startType, account } = config;
    this.#with(name, SERVICE_ACCESS.change, (service) => {
      const isChanged = this.#calls.ChangeServiceConfigW(
        service,
        SERVICE_WIN32_OWN_PROCESS,
        START[startType],
        NO_CHANGE,
        command,
        null,
        null,
        null,
        account ?? 'LocalSystem',
        account === null ? '' : null,
        displayName,
      );
      this.#must('ChangeServiceConfigW', isChanged);
      this.#calls.changeDescription(service, INFO.description, { lpDescription: description });
    });
  }

  /** Names what this Windows does not take. */
  care(name: string, care: ServiceCare): readonly string[] {
    const actions = failureActions(care.restarts);
    const refused: string[] = [];
    this.#with(name, SERVICE_ACCESS.change, (service) => {
      const { changeFailureActions, changeNumber } = this.#calls;
      const number = (level: number, value: number): boolean => changeNumber(service, level, { value });
      const wanted: readonly (readonly [string, () => boolean])[] = [
        ['restart after a failure', () => changeFailureActions(service, INFO.failureActions, actions)],
        [
          'restart after an error exit',
          () => number(INFO.failureActionsFlag, care.restarts.afterErrorExit ? 1 : 0),
        ],
        ['delayed start', () => number(INFO.delayedAutoStart, care.delayedStart ? 1 : 0)],
        ['time to drain at shutdown', () => number(INFO.preshutdown, care.preshutdownMs)],
      ];
      for (const [what, set] of wanted) {
        if (!set()) refused.push(`${what} (Windows error ${this.#calls.GetLastError()})`);
      }
    });
    return refused;
  }

  /** As Windows itself says; null where it keeps no such thing, or there is no such service. */
  restarts(name: string): Restarts | null {
    return this.#with(name, SERVICE_ACCESS.query, (service) => {
      const actions = this.#info(service, INFO.failureActions);
      const flag = this.#info(service, INFO.failureActionsFlag);
      if (actions === null || flag === null) return null;
      const { dwResetPeriod, lpsaActions } = this.#calls.readFailureActions(actions);
      return {
        delaysMs: lpsaActions.map(({ Type, Delay }) => (Type === ACTION_RESTART ? Delay : null)),
        resetAfterSeconds: dwResetPeriod,
        afterErrorExit: flag.readUInt32LE(0) !== 0,
      };
    });
  }

  start(name: string): void {
    this.#with(name, SERVICE_ACCESS.control, (service) => {
      this.#must('StartServiceW', this.#calls.StartServiceW(service, 0, null));
    });
  }

  stop(name: string): void {
    this.#with(name, SERVICE_ACCESS.control, (service) => {
      this.#must('ControlService', this.#calls.ControlService(service, CONTROL.stop, []));
    });
  }

  remove(name: string): void {
    this.#with(name, SERVICE_ACCESS.change, (service) => {
      this.#must('DeleteService', this.#calls.DeleteService(service));
    });
  }

  /** What shows in the list of services; a service without one is as good as one with an empty one. */
  #description(service: Pointer): string {
    const buffer = this.#info(service, INFO.description);
    return buffer === null ? '' : (this.#calls.readDescription(buffer).lpDescription ?? '');
  }

  /** Null where this Windows does not know the level. */
  #info(service: Pointer, level: number): Buffer | null {
    const needed: [number] = [0];
    const { QueryServiceConfig2W: query } = this.#calls;
    if (!query(service, level, null, 0, needed)) {
      const { errno } = this.#failed('QueryServiceConfig2W');
      if (errno === ERROR.invalidLevel) return null;
      if (errno !== ERROR.insufficientBuffer) throw new WindowsError('QueryServiceConfig2W', errno);
    }
    const buffer = Buffer.alloc(needed[0]);
    this.#must('QueryServiceConfig2W', query(service, level, buffer, buffer.length, needed));
    return buffer;
  }

  /** Null when there is no such service. */
  #with<T>(name: string, access: number, use: (service: Pointer) => T): T | null {
    const manager = this.#manager(MANAGER_ACCESS.connect);
    try {
      const service = this.#calls.OpenServiceW(manager, name, access);
      if (service === null) {
        const error = this.#failed('OpenServiceW');
        if (error.errno === ERROR.doesNotExist) return null;
        throw error;
      }
      try {
        return use(service);
      } finally {
        this.#calls.CloseServiceHandle(service);
      }
    } finally {
      this.#calls.CloseServiceHandle(manager);
    }
  }

  #manager(access: number): Pointer {
    const manager = this.#calls.OpenSCManagerW(null, null, access);
    if (manager === null) throw this.#failed('OpenSCManagerW');
    return manager;
  }

  #must(call: string, isDone: boolean): void {
    if (!isDone) throw this.#failed(call);
  }

  #failed(call: string): WindowsError {
    return new WindowsError(call, this.#calls.GetLastError());
  }
}

function failureActions({ delaysMs, resetAfterSeconds }: Restarts): FailureActions {
  return {
    dwResetPeriod: resetAfterSeconds,
    lpRebootMsg: null,
    lpCommand: null,
    cActions: delaysMs.length,
    lpsaActions: delaysMs.map((wait) => ({
      Type: wait === null ? ACTION_NONE : ACTION_RESTART,
      Delay: wait ?? 0,
    })),
  };
}

function startTypeOf(dwStartType: number): ServiceConfig['startType'] {
  if (dwStartType === START.disabled) return 'disabled';
  return dwStartType === START.manual ? 'manual' : 'automatic';
}
