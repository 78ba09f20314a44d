import { HipError } from '../errors.js';
import type { SystemServices } from './service.js';
import { createControl, isOurs, type SystemdParts } from './systemd-control.js';
import { createInstaller } from './systemd-install.js';
import { statusOf } from './systemd-status.js';
import { UNIT_NAMES } from './systemd-units.js';

/** systemd through `systemctl`, the one interface to it that is there on every machine. */
export function createSystemdServices(parts: SystemdParts): SystemServices {
  const control = createControl(parts);
  const installer = createInstaller(parts, control);
  return {
    nameOf: (role) => UNIT_NAMES[role],
    install: (setup) => guarded(parts, () => installer.install(setup)),
    uninstall: (role) => guarded(parts, () => installer.uninstall(role)),
    start: (role) => guarded(parts, () => control.start(role)),
    stop: (role) => guarded(parts, () => control.stop(role)),
    async status(role) {
      const name = UNIT_NAMES[role];
      const shown = parts.isBooted ? await control.show(role) : {};
      return statusOf({ role, name, isOurs: isOurs(shown.FragmentPath) }, shown);
    },
  };
}

async function guarded<T>({ isBooted, isRoot }: SystemdParts, act: () => Promise<T>): Promise<T> {
  if (!isBooted) {
    throw new HipError('HIP_USAGE', 'This machine is not run by systemd.', {
      suggestions: [
        'Let what starts programs here start hip serve, and start it again when it ends',
        'hip service install --print shows the units, to be used elsewhere',
      ],
    });
  }
  if (isRoot) return act();
  throw new HipError('HIP_NOT_ADMIN', 'Only root may do this.', {
    suggestions: ['The same with sudo in front'],
  });
}
