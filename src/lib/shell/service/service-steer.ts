import type { LoadedConfig } from '../../config.js';
import { HipError } from '../../errors.js';
import { SERVICE_ROLES, type ServiceRole, type SystemServices } from '../../service/service.js';
import { reportServices, type ServicesReport, startOne } from './service-app.js';

export interface Steered {
  readonly loaded: LoadedConfig;
  readonly system: SystemServices;
}

/** Null is every one that is installed. All resolve when the services have come to the state. */
export async function startServices(role: ServiceRole | null, parts: Steered): Promise<ServicesReport> {
  for (const one of await chosen(role, parts)) await startOne(one, parts);
  return reportServices(parts.loaded, parts.system);
}

export async function stopServices(role: ServiceRole | null, parts: Steered): Promise<ServicesReport> {
  for (const one of await chosen(role, parts)) await parts.system.stop(one);
  return reportServices(parts.loaded, parts.system);
}

export async function restartServices(role: ServiceRole | null, parts: Steered): Promise<ServicesReport> {
  const roles = await chosen(role, parts);
  for (const one of roles) await parts.system.stop(one);
  for (const one of roles) await startOne(one, parts);
  return reportServices(parts.loaded, parts.system);
}

/** @throws {HipError} HIP_SERVICE_MISSING when none is installed */
async function chosen(role: ServiceRole | null, { system }: Steered): Promise<readonly ServiceRole[]> {
  if (role !== null) return [role];
  const states = await Promise.all(SERVICE_ROLES.map((one) => system.status(one)));
  const installed = states.filter((state) => state.installed === 'yes').map((state) => state.role);
  if (installed.length > 0) return installed;
  throw new HipError('HIP_SERVICE_MISSING', 'No service of hip is installed.', {
    suggestions: ['Install them first: hip service install'],
  });
}
