import { systemClock } from '../../app.js';
import { silentLog } from '../../log.js';
import type { ServiceHost } from '../../service/host.js';
import { untilStopped } from '../terminal/stop-signal.js';
import { createConsoleHost } from './console-host.js';

/** What started this program: `service` is the name that a service manager gave with `--service`. */
export async function chooseHost(service: string | undefined): Promise<ServiceHost> {
  if (service === undefined) return createConsoleHost();
  return process.platform === 'win32' ? createWindowsHost(service) : createUnixHost();
}

/** systemd gives a socket to be told on; another service manager is content with signals. */
async function createUnixHost(): Promise<ServiceHost> {
  const [{ openNotifySocket }, { createSystemdHost }] = await Promise.all([
    import('../../service/systemd-notify.js'),
    import('../../service/systemd-host.js'),
  ]);
  const socket = openNotifySocket(process.env, (problem) => process.stderr.write(`${problem}\n`));
  if (socket === null) return createConsoleHost();
  return createSystemdHost({ ...socket, after: systemClock.after, untilStopped });
}

/** A Windows service has nobody who reads along; systemd keeps what is written there. */
export function terminalFor(service: string | undefined): NodeJS.WriteStream | null {
  return service !== undefined && process.platform === 'win32' ? null : process.stderr;
}

async function createWindowsHost(service: string): Promise<ServiceHost> {
  const [{ loadServiceHostCalls }, { loadEventCalls }, host, control, events] = await Promise.all([
    import('../../windows/win32/advapi32-host.js'),
    import('../../windows/win32/advapi32-events.js'),
    import('../../windows/service-host.js'),
    import('../../windows/service-control.js'),
    import('../../windows/event-log.js'),
  ]);
  return host.createServiceHost({
    control: control.createServiceControl(service, await loadServiceHostCalls()),
    events: events.createEventLog({ calls: await loadEventCalls(), source: service, log: silentLog }),
    clock: systemClock,
  });
}
