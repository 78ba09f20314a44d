import type { RegistryCalls } from './win32/advapi32-registry.js';
import type { NetworkCalls } from './win32/mpr.js';

/**
 * The network name of a path on a mapped drive, null for every other path. Such a drive belongs to the person who
 * made it: a service never sees it. An administrator's window does not show it either, but the registry remembers it.
 */
export function networkPath(
  path: string,
  {
    network,
    registry,
  }: { readonly network: NetworkCalls; readonly registry: Pick<RegistryCalls, 'getUserText'> },
): string | null {
  const drive = /^([a-z]):/i.exec(path)?.[1];
  if (drive === undefined) return null;
  const share =
    network.remoteName(`${drive}:`) ?? registry.getUserText(`Network\\${drive.toUpperCase()}`, 'RemotePath');
  return share === null ? null : share.replace(/\\$/, '') + path.slice(2);
}
