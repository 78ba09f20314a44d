import { loadKoffi } from '../koffi.js';
import type { Pointer } from './pointer.js';

/** The part of advapi32.dll that installs, asks and steers services (winsvc.h). */
export interface ServiceCalls {
  OpenSCManagerW(machine: null, database: null, access: number): Pointer | null;
  OpenServiceW(manager: Pointer, name: string, access: number): Pointer | null;
  CreateServiceW(
    ...args: [
      manager: Pointer,
      name: string,
      displayName: string,
      access: number,
      type: number,
      start: number,
      errorControl: number,
      path: string,
      group: null,
      tag: null,
      dependencies: null,
      account: string | null,
      password: string | null,
    ]
  ): Pointer | null;
  ChangeServiceConfigW(
    ...args: [
      service: Pointer,
      type: number,
      start: number,
      errorControl: number,
      path: string | null,
      group: null,
      tag: null,
      dependencies: null,
      account: string | null,
      password: string | null,
      displayName: string | null,
    ]
  ): boolean;
  changeDescription(service: Pointer, level: number, info: { readonly lpDescription: string }): boolean;
  changeFailureActions(service: Pointer, level: number, info: FailureActions): boolean;
  /** For the infos that are one number or flag. */
  changeNumber(service: Pointer, level: number, info: { readonly value: number }): boolean;
  /** Both fill a buffer whose size they tell when it is too small. */
  QueryServiceConfigW(service: Pointer, buffer: Buffer | null, size: number, needed: [number]): boolean;
  QueryServiceConfig2W(
    ...args: [service: Pointer, level: number, buffer: Buffer | null, size: number, needed: [number]]
  ): boolean;
  QueryServiceStatusEx(
    ...args: [
      service: Pointer,
      level: 0,
      status: Partial<ServiceProcessStatus>,
      size: number,
      needed: [number],
    ]
  ): boolean;
  StartServiceW(service: Pointer, count: 0, args: null): boolean;
  ControlService(service: Pointer, control: number, status: object): boolean;
  DeleteService(service: Pointer): boolean;
  CloseServiceHandle(handle: Pointer): boolean;
  GetLastError(): number;
  readonly sizeofStatus: number;
  readConfig(buffer: Buffer): QueriedConfig;
  readDescription(buffer: Buffer): { readonly lpDescription: string | null };
  readFailureActions(buffer: Buffer): Pick<FailureActions, 'dwResetPeriod' | 'lpsaActions'>;
}

/** SERVICE_STATUS_PROCESS */
export interface ServiceProcessStatus {
  readonly dwServiceType: number;
  readonly dwCurrentState: number;
  readonly dwControlsAccepted: number;
  readonly dwWin32ExitCode: number;
  readonly dwServiceSpecificExitCode: number;
  readonly dwCheckPoint: number;
  readonly dwWaitHint: number;
  readonly dwProcessId: number;
  readonly dwServiceFlags: number;
}

/** QUERY_SERVICE_CONFIGW */
export interface QueriedConfig {
  readonly dwServiceType: number;
  readonly dwStartType: number;
  readonly dwErrorControl: number;
  readonly lpBinaryPathName: string;
  readonly lpServiceStartName: string | null;
  readonly lpDisplayName: string;
}

/** SERVICE_FAILURE_ACTIONSW */
export interface FailureActions {
  readonly dwResetPeriod: number;
  readonly lpRebootMsg: null;
  readonly lpCommand: null;
  readonly cActions: number;
  readonly lpsaActions: readonly { readonly Type: number; readonly Delay: number }[];
}

/** Rights asked for; what is not needed is not asked. */
export const MANAGER_ACCESS = { connect: 0x1, createService: 0x2 } as const;
export const SERVICE_ACCESS = {
  query: 0x1 | 0x4,
  control: 0x4 | 0x10 | 0x20,
  change: 0x1 | 0x2 | 0x4 | 0x10 | 0x20 | 0x1_0000,
} as const;

export const START = { automatic: 2, manual: 3, disabled: 4 } as const;
export const ERROR_CONTROL_NORMAL = 1;
export const NO_CHANGE = 0xffff_ffff;

/** SC_ACTION_TYPE */
export const [ACTION_NONE, ACTION_RESTART] = [0, 1] as const;

/** Levels of ChangeServiceConfig2W and QueryServiceConfig2W */
export const INFO = {
  description: 1,
  failureActions: 2,
  delayedAutoStart: 3,
  failureActionsFlag: 4,
  preshutdown: 7,
} as const;

export const ERROR = {
  accessDenied: 5,
  insufficientBuffer: 122,
  invalidLevel: 124,
  alreadyRunning: 1056,
  invalidAccount: 1057,
  disabled: 1058,
  doesNotExist: 1060,
  cannotAccept: 1061,
  notActive: 1062,
  alreadyMarked: 1072,
} as const;

let loading: Promise<ServiceCalls> | undefined;

export function loadServiceCalls(): Promise<ServiceCalls> {
  loading ??= declare();
  return loading;
}

async function declare(): Promise<ServiceCalls> {
  const koffi = await loadKoffi();
  const advapi32 = koffi.load('advapi32.dll');
  const Config = koffi.struct({
    dwServiceType: 'uint32_t',
    dwStartType: 'uint32_t',
    dwErrorControl: 'uint32_t',
    lpBinaryPathName: 'str16',
    lpLoadOrderGroup: 'str16',
    dwTagId: 'uint32_t',
    lpDependencies: 'void *',
    lpServiceStartName: 'str16',
    lpDisplayName: 'str16',
  });
  const Status = koffi.struct({
    dwServiceType: 'uint32_t',
    dwCurrentState: 'uint32_t',
    dwControlsAccepted: 'uint32_t',
    dwWin32ExitCode: 'uint32_t',
    dwServiceSpecificExitCode: 'uint32_t',
    dwCheckPoint: 'uint32_t',
    dwWaitHint: 'uint32_t',
    dwProcessId: 'uint32_t',
    dwServiceFlags: 'uint32_t',
  });
  const Description = koffi.struct({ lpDescription: 'str16' });
  const One = koffi.struct({ value: 'uint32_t' });
  const Action = koffi.struct({ Type: 'int32_t', Delay: 'uint32_t' });
  const Actions = koffi.struct({
    dwResetPeriod: 'uint32_t',
    lpRebootMsg: 'void *',
    lpCommand: 'void *',
    cActions: 'uint32_t',
    lpsaActions: koffi.pointer(Action),
  });
  type Types = Parameters<typeof advapi32.func>[3];
  const bool = (name: string, types: Types) => advapi32.func('__stdcall', name, 'bool', types);
  const handle = (name: string, types: Types) => advapi32.func('__stdcall', name, 'void *', types);
  const change2 = (info: typeof Config) =>
    bool('ChangeServiceConfig2W', ['void *', 'uint32_t', koffi.pointer(info)]);
  const needed = koffi.out(koffi.pointer('uint32_t'));
  const number = 'uint32_t';
  const text = 'str16';
  const any = 'void *';
  return {
    OpenSCManagerW: handle('OpenSCManagerW', [text, text, number]),
    OpenServiceW: handle('OpenServiceW', [any, text, number]),
    // biome-ignore format: one argument beside the other, as winsvc.h has them
    CreateServiceW: handle('CreateServiceW', [
      any, text, text, number, number, number, number, text, text, any, any, text, text,
    ]),
    // biome-ignore format: as above
    ChangeServiceConfigW: bool('ChangeServiceConfigW', [
      any, number, number, number, text, text, any, any, text, text, text,
    ]),
    changeDescription: change2(Description),
    changeFailureActions: change2(Actions),
    changeNumber: change2(One),
    QueryServiceConfigW: bool('QueryServiceConfigW', [any, any, number, needed]),
    QueryServiceConfig2W: bool('QueryServiceConfig2W', [any, number, any, number, needed]),
    QueryServiceStatusEx: bool('QueryServiceStatusEx', [
      any,
      number,
      koffi.out(koffi.pointer(Status)),
      number,
      needed,
    ]),
    StartServiceW: bool('StartServiceW', [any, number, any]),
    ControlService: bool('ControlService', [any, number, koffi.out(koffi.pointer(koffi.array(number, 7)))]),
    DeleteService: bool('DeleteService', [any]),
    CloseServiceHandle: bool('CloseServiceHandle', [any]),
    GetLastError: koffi.load('kernel32.dll').func('uint32_t __stdcall GetLastError()'),
    sizeofStatus: koffi.sizeof(Status),
    readConfig: (buffer) => koffi.decode(buffer, Config),
    readDescription: (buffer) => koffi.decode(buffer, Description),
    readFailureActions: (buffer) => {
      const { dwResetPeriod, cActions, lpsaActions } = koffi.decode(buffer, Actions);
      return {
        dwResetPeriod,
        lpsaActions: cActions === 0 ? [] : koffi.decode(lpsaActions, koffi.array(Action, cActions)),
      };
    },
  };
}
