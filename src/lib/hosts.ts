import { systemClock } from './app.js';
import { createConsoleHost } from './console-host.js';
import { silentLog } from './log.js';
import type { ServiceHost } from './service/host.js';

/** What started this program: `service` is the name that a service manager gave with `--service`. */
export async function chooseHost(service: string | undefined): Promise<ServiceHost> {
  if (service !== undefined && process.platform === 'win32') return createWindowsHost(service);
  return createConsoleHost();
}

/** A Windows service has nobody who reads along; systemd keeps what is written there. */
export function terminalFor(service: string | undefined): NodeJS.WriteStream | null {
  return service !== undefined && process.platform === 'win32' ? null : process.stderr;
}

async function createWindowsHost(service: string): Promise<ServiceHost> {
  const [{ loadServiceHostCalls }, { loadEventCalls }, host, control, events] = await Promise.all([
    import('./windows/win32/advapi32-host.js'),
    import('./windows/win32/advapi32-events.js'),
    import('./windows/service-host.js'),
    import('./windows/service-control.js'),
    import('./windows/event-log.js'),
  ]);
  return host.createServiceHost({
    control: control.createServiceControl(service, await loadServiceHostCalls()),
    events: events.createEventLog({ calls: await loadEventCalls(), source: service, log: silentLog }),
    clock: systemClock,
  });
}
