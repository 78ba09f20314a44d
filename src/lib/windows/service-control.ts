import { HipError } from '../errors.js';
import type { ControlledService, ServiceControl, StateReport, Wish } from './service-host.js';
import {
  ACCEPT,
  CONTROL,
  ERROR_CALL_NOT_IMPLEMENTED,
  ERROR_SERVICE_SPECIFIC_ERROR,
  NO_ERROR,
  SERVICE_WIN32_OWN_PROCESS,
  type ServiceHostCalls,
  type ServiceStatusFields,
  STATE,
} from './win32/advapi32-host.js';
import type { Pointer } from './win32/pointer.js';

const WISHES: ReadonlyMap<number, Wish> = new Map([
  [CONTROL.stop, 'stop'],
  [CONTROL.shutdown, 'shutdown'],
  [CONTROL.preshutdown, 'preshutdown'],
]);

/** The real service manager. Its calls come on threads of the system and are handed to ours one after the other. */
export function createServiceControl(name: string, calls: ServiceHostCalls): ServiceControl {
  let handle: Pointer | undefined;
  let last: StateReport = { state: 'starting', checkpoint: 0, waitMs: 0 };
  const report = (state: StateReport): void => {
    last = state;
    if (handle !== undefined) calls.setStatus(handle, statusOf(state));
  };
  const handler =
    (service: ControlledService) =>
    (control: number): number => {
      const wish = WISHES.get(control);
      if (wish) service.ask(wish);
      else if (control === CONTROL.interrogate) report(last);
      else return ERROR_CALL_NOT_IMPLEMENTED;
      return NO_ERROR;
    };
  return {
    report,
    async connect(service) {
      try {
        const isService = await calls.dispatch(name, () => {
          handle = calls.registerHandler(name, handler(service));
          service.begin();
        });
        if (!isService) throw startedByHand();
      } finally {
        calls.release();
      }
    },
  };
}

function statusOf(report: StateReport): ServiceStatusFields {
  const isPending = report.state === 'starting' || report.state === 'stopping';
  const exitCode = report.state === 'stopped' ? report.exitCode : 0;
  return {
    dwServiceType: SERVICE_WIN32_OWN_PROCESS,
    dwCurrentState: { starting: STATE.startPending, stopping: STATE.stopPending, ...STATE }[report.state],
    // In the pending states the system forbids wishes; in `stopping` there is nothing left to wish for.
    dwControlsAccepted: report.state === 'running' ? ACCEPT.stop | ACCEPT.shutdown | ACCEPT.preshutdown : 0,
    dwWin32ExitCode: exitCode === 0 ? NO_ERROR : ERROR_SERVICE_SPECIFIC_ERROR,
    dwServiceSpecificExitCode: exitCode,
    dwCheckPoint: isPending ? report.checkpoint : 0,
    dwWaitHint: isPending ? report.waitMs : 0,
  };
}

function startedByHand(): HipError {
  return new HipError(
    'HIP_USAGE',
    '--service is for the Windows service manager, which did not start this.',
    {
      suggestions: ['In a terminal leave --service out', 'Install the services with: hip service install'],
    },
  );
}
