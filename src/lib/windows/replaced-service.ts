import type { ServiceConfig } from './scm.js';
import type { RegistryCalls } from './win32/advapi32-registry.js';

/**
 * How a service that `--replace` took over was started before. Kept in the service's own key, which only
 * administrators can write: kept in the data folder, the services' own account could have it start anything.
 */
const VALUE = 'HipReplaced';

export function rememberReplaced(
  registry: Omit<RegistryCalls, 'getUserText'>,
  name: string,
  config: ServiceConfig,
): number {
  return registry.setText(keyOf(name), VALUE, JSON.stringify(config));
}

export function recallReplaced(
  registry: Omit<RegistryCalls, 'getUserText'>,
  name: string,
): ServiceConfig | null {
  const text = registry.getText(keyOf(name), VALUE);
  return text === null ? null : (JSON.parse(text) as ServiceConfig);
}

export function forgetReplaced(registry: Omit<RegistryCalls, 'getUserText'>, name: string): void {
  registry.deleteValue(keyOf(name), VALUE);
}

function keyOf(name: string): string {
  return `SYSTEM\\CurrentControlSet\\Services\\${name}`;
}
