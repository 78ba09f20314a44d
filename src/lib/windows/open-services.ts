import type { Clock } from '../forwarder/clock.js';
import type { SystemServices } from '../service/service.js';
import { Scm } from './scm.js';
import { loadRegistryCalls } from './win32/advapi32-registry.js';
import { loadSecurityCalls } from './win32/advapi32-security.js';
import { loadServiceCalls } from './win32/advapi32-services.js';
import { createWindowsServices } from './windows-services.js';

/** Windows' own service manager, with all it is called by. */
export async function openWindowsServices(clock: Clock): Promise<SystemServices> {
  const [services, registry, security] = await Promise.all([
    loadServiceCalls(),
    loadRegistryCalls(),
    loadSecurityCalls(),
  ]);
  return createWindowsServices({ scm: new Scm(services), registry, security, clock });
}
