import { networkPath } from './network-path.js';
import { loadRegistryCalls, type RegistryCalls } from './win32/advapi32-registry.js';
import { loadNetworkCalls, type NetworkCalls } from './win32/mpr.js';
import { loadPowerCalls, type PowerCalls } from './win32/powrprof.js';

/** What makes services on this PC fail later although all looks well now, each a sentence. */
export async function advise(folders: readonly string[]): Promise<readonly string[]> {
  const [network, registry, power] = await Promise.all([
    loadNetworkCalls(),
    loadRegistryCalls(),
    loadPowerCalls(),
  ]);
  return adviseBy(folders, { network, registry, power });
}

export interface PcCalls {
  readonly network: NetworkCalls;
  readonly registry: Pick<RegistryCalls, 'getUserText'>;
  readonly power: PowerCalls | null;
}

export function adviseBy(
  folders: readonly string[],
  { network, registry, power }: PcCalls,
): readonly string[] {
  const mapped = folders.flatMap((folder) => {
    const name = networkPath(folder, { network, registry });
    return name === null ? [] : [`${folder} is on a network drive that services do not have: write ${name}`];
  });
  const sleepSeconds = power?.sleepAfterSeconds();
  if (!sleepSeconds) return mapped;
  const sleeps =
    `This PC goes to sleep after ${Math.round(sleepSeconds / 60)} minutes without anybody, and takes no punches ` +
    'then (devices keep them): powercfg /change standby-timeout-ac 0';
  return [...mapped, sleeps];
}
