import { findOnPath, installPackages } from './packages.js';

/** Makes sure of `systemd-analyze`, by apt where that is possible, or says in one line what to do. */
export async function requireSystemdAnalyze(): Promise<void> {
  if (findOnPath('systemd-analyze')) return;
  await installPackages('systemd-analyze', ['systemd']);
}
