import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { SystemServices } from './service.js';
import { createSystemdServices } from './systemd.js';
import type { Run } from './systemd-control.js';

/** The systemd of this machine. */
export function openSystemdServices(): SystemServices {
  return createSystemdServices({
    run: runProgram,
    unitDir: '/etc/systemd/system',
    sysusersDir: '/etc/sysusers.d',
    isRoot: process.geteuid?.() === 0,
    // sd_booted(3)
    isBooted: existsSync('/run/systemd/system'),
  });
}

/** Words of the system in English, since some of them are read by us. */
const runProgram: Run = (program, args) =>
  new Promise((resolve) => {
    execFile(program, args, { env: { ...process.env, LC_ALL: 'C' } }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127;
      resolve({ code, stdout, stderr: stderr || (error?.message ?? '') });
    });
  });
