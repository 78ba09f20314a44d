import { renderRestarts } from '../../service/restarts.js';
import { renderDeviceMenu } from '../serve/device-menu.js';
import { renderTable } from '../terminal/table.js';
import type { InstallReport, ServiceReport, ServicesReport } from './service-app.js';

/** What people read of the services. */

const KEEP_ADDRESS = 'Let the router always give this PC the same address, or devices lose it one day.';

export async function renderInstalled(report: InstallReport): Promise<string> {
  const lines = [await renderStates(report.services)];
  if (report.menu) lines.push('', ...renderDeviceMenu(report.menu), '', KEEP_ADDRESS, '');
  for (const note of report.notes) lines.push(`Note: ${note}`);
  for (const warning of report.warnings) lines.push(`WARNING: ${warning}`);
  return lines.join('\n');
}

export async function renderServices({ services, address }: ServicesReport): Promise<string> {
  const lines = [await renderStates(services)];
  for (const { name, installed, command, failure, unreadable } of services) {
    if (installed === 'foreign') lines.push(`${name} is another program's: ${command}`);
    if (failure !== null) lines.push(`${name} is not running: ${failure}`);
    for (const { path, problem } of unreadable) lines.push(`${path} ${problem} ${name}.`);
  }
  if (address?.changed) {
    lines.push(
      `This PC had the address ${address.installed.join(', ')} when devices were set up; now it is ` +
        `${address.now.join(', ') || 'without one'}. Give it back in the router, or type the new one into the devices.`,
    );
  }
  return lines.join('\n');
}

/** What Windows says that it does after a failure. */
const RESTARTS = {
  title: 'AFTER A FAILURE',
  value: ({ restarts }: ServiceReport) => {
    if (restarts === 'untold') return 'Windows does not tell';
    return restarts === null ? '-' : `again after ${renderRestarts(restarts)}`;
  },
};

function renderStates(services: readonly ServiceReport[]): Promise<string> {
  return renderTable<ServiceReport>(
    [
      { title: 'SERVICE', value: ({ name }) => name },
      {
        title: 'STATE',
        value: ({ state, installed }) => (installed === 'no' ? 'not installed' : (state ?? '-')),
      },
      { title: 'START', value: ({ startType }) => startType ?? '-' },
      ...(services.some(({ restarts }) => restarts !== null) ? [RESTARTS] : []),
      { title: 'ACCOUNT', value: ({ account }) => account ?? '-' },
      { title: 'PID', value: ({ pid }) => pid ?? '-', align: 'right' },
    ],
    services,
    undefined,
  );
}
