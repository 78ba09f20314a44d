import { loadKoffi } from '../koffi.js';
import type { Pointer } from './pointer.js';

/** The part of advapi32.dll by which a process is a service (winsvc.h). */
export interface ServiceHostCalls {
  /**
   * Blocks a thread of its own until the process has no running service; `main` is called once the service manager
   * has connected. Resolves to false when there is none to connect to: nobody but it can start a service.
   */
  dispatch(name: string, main: () => void): Promise<boolean>;
  /** For the service manager's wishes; `handle` answers with an error number, 0 for "understood". */
  registerHandler(name: string, handle: (control: number) => number): Pointer;
  setStatus(handle: Pointer, status: ServiceStatusFields): boolean;
  /** Lets go of what `dispatch` and `registerHandler` took. */
  release(): void;
}

/** SERVICE_STATUS */
export interface ServiceStatusFields {
  readonly dwServiceType: number;
  readonly dwCurrentState: number;
  readonly dwControlsAccepted: number;
  readonly dwWin32ExitCode: number;
  readonly dwServiceSpecificExitCode: number;
  readonly dwCheckPoint: number;
  readonly dwWaitHint: number;
}

export const SERVICE_WIN32_OWN_PROCESS = 0x10;

/** dwCurrentState */
export const STATE = { stopped: 1, startPending: 2, stopPending: 3, running: 4 } as const;

/** What the service manager may ask of a service. */
export const CONTROL = { stop: 1, interrogate: 4, shutdown: 5, preshutdown: 15 } as const;

/** dwControlsAccepted */
export const ACCEPT = { stop: 0x1, shutdown: 0x4, preshutdown: 0x100 } as const;

export const NO_ERROR = 0;
export const ERROR_CALL_NOT_IMPLEMENTED = 120;
/** `dwServiceSpecificExitCode` says more. */
export const ERROR_SERVICE_SPECIFIC_ERROR = 1066;

export async function loadServiceHostCalls(): Promise<ServiceHostCalls> {
  const koffi = await loadKoffi();
  const advapi32 = koffi.load('advapi32.dll');
  const ServiceMain = koffi.proto('__stdcall', null, 'void', ['uint32_t', 'void *']);
  const Handler = koffi.proto('__stdcall', null, 'uint32_t', ['uint32_t', 'uint32_t', 'void *', 'void *']);
  const TableEntry = koffi.struct({ lpServiceName: 'str16', lpServiceProc: koffi.pointer(ServiceMain) });
  const Status = koffi.struct({
    dwServiceType: 'uint32_t',
    dwCurrentState: 'uint32_t',
    dwControlsAccepted: 'uint32_t',
    dwWin32ExitCode: 'uint32_t',
    dwServiceSpecificExitCode: 'uint32_t',
    dwCheckPoint: 'uint32_t',
    dwWaitHint: 'uint32_t',
  });
  const declare = (name: string, result: string, args: Parameters<typeof advapi32.func>[3]) =>
    advapi32.func('__stdcall', name, result, args);
  const startDispatcher = declare('StartServiceCtrlDispatcherW', 'bool', [koffi.pointer(TableEntry)]);
  const register = declare('RegisterServiceCtrlHandlerExW', 'void *', [
    'str16',
    koffi.pointer(Handler),
    'void *',
  ]);
  const setStatus = declare('SetServiceStatus', 'bool', ['void *', koffi.pointer(Status)]);
  const callbacks: Pointer[] = [];
  const keep = (callback: (...args: never[]) => unknown, type: typeof Handler): Pointer => {
    const pointer = koffi.register(callback, koffi.pointer(type));
    callbacks.push(pointer);
    return pointer;
  };
  return {
    dispatch: (name, main) =>
      new Promise((resolve, reject) => {
        const table = [
          { lpServiceName: name, lpServiceProc: keep(() => main(), ServiceMain) },
          { lpServiceName: null, lpServiceProc: null },
        ];
        startDispatcher.async(table, (error: unknown, isDone: boolean) => {
          // Why it is false, GetLastError would tell to koffi's thread only; with a table of one service that is
          // handed over once, it is ERROR_FAILED_SERVICE_CONTROLLER_CONNECT.
          if (error === null) resolve(isDone);
          else reject(error);
        });
      }),
    registerHandler: (name, handle) => register(name, keep(handle, Handler), null) as Pointer,
    setStatus: (handle, status) => setStatus(handle, status) as boolean,
    release: () => {
      for (const callback of callbacks.splice(0)) koffi.unregister(callback);
    },
  };
}
