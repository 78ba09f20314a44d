import type { Clock } from '../forwarder/clock.js';
import type { ServiceManager } from '../service/service.js';
import { Scm } from './scm.js';
import { createScmManager } from './scm-manager.js';
import { loadRegistryCalls } from './win32/advapi32-registry.js';
import { loadSecurityCalls } from './win32/advapi32-security.js';
import { loadServiceCalls } from './win32/advapi32-services.js';

/** Windows' own service manager, with all it is called by. */
export async function openScmManager(clock: Clock): Promise<ServiceManager> {
  const [services, registry, security] = await Promise.all([
    loadServiceCalls(),
    loadRegistryCalls(),
    loadSecurityCalls(),
  ]);
  return createScmManager({ scm: new Scm(services), registry, security, clock });
}
