import { dirname, join } from 'node:path';
import type { ServiceRole, ServiceSetup } from './service.js';
import { escapeSpecifiers, isBelow, quoteArgument, quotePath } from './systemd-quote.js';

/** The unit files of hip as text. */

/** One account for both: they share the journal, and a person can give it rights on a log folder. */
export const SYSTEMD_USER = 'hip';
/** By its first line a unit is known as ours. */
export const UNIT_MARK = '# Made by: hip service install';
/** systemd makes this one itself (`StateDirectory=`). */
const STATE_DIR = '/var/lib/hip';
/** The name under which the configuration looks for what `LoadCredential=` hands over. */
const CREDENTIAL = 'hip-credentials';
/** Ports below are for root, and for who is given this one right. */
const FIRST_FREE_PORT = 1_024;

export const UNIT_NAMES: Readonly<Record<ServiceRole, string>> = { serve: 'hip-serve', sync: 'hip-sync' };

const DESCRIPTIONS: Readonly<Record<ServiceRole, string>> = {
  serve: 'hip: takes the punches of attendance terminals and delivers them',
  sync: "hip: reads the files of the terminals' PC program at the upload times",
};

const COMMANDS: Readonly<Record<ServiceRole, readonly string[]>> = {
  serve: ['serve'],
  sync: ['sync', '--watch'],
};

/** For `systemd-sysusers`. */
export const SYSUSERS = `${UNIT_MARK}\nu ${SYSTEMD_USER} - "hip, punches of attendance terminals" ${STATE_DIR}\n`;

export interface UnitFile {
  readonly file: string;
  readonly content: string;
}

/** Where everything goes on a machine where hip itself may not put it there. */
export function renderFiles(setup: ServiceSetup): readonly UnitFile[] {
  const units = setup.roles.map((role) => ({
    file: `/etc/systemd/system/${UNIT_NAMES[role]}.service`,
    content: renderUnit(role, setup),
  }));
  return [{ file: '/etc/sysusers.d/hip.conf', content: SYSUSERS }, ...units];
}

export function renderUnit(role: ServiceRole, setup: ServiceSetup): string {
  const name = UNIT_NAMES[role];
  const { program, config, dataDir } = setup;
  const options = ['--config', config, '--data-dir', dataDir, '--service', name];
  const [executable = '', ...script] = program;
  const words = [...script, ...COMMANDS[role], ...options].map(quoteArgument);
  const command = [quotePath(executable), ...words].join(' ');
  const credentials = escapeSpecifiers(join(dirname(config), 'credentials.json'));
  return `${UNIT_MARK}
# The next one writes it anew. For settings of your own: systemctl edit ${name}

[Unit]
Description=${DESCRIPTIONS[role]}
Wants=network-online.target
After=network-online.target
# Punches come whenever they come: no number of failures makes hip give up.
StartLimitIntervalSec=0

[Service]
Type=notify
# Its messages come from systemd-notify, a child of hip.
NotifyAccess=all
ExecStart=${command}
Restart=always
RestartSec=5
# A large journal of an older version is migrated at the first start.
TimeoutStartSec=10min
TimeoutStopSec=30
# Only hip is asked to end: the child that is just telling systemd so would be ended with it.
KillMode=mixed
WatchdogSec=3min

User=${SYSTEMD_USER}
Group=${SYSTEMD_USER}
UMask=0077
CacheDirectory=hip
CacheDirectoryMode=0700
# The file may be for root alone; where there is none, punches wait in the journal.
LoadCredential=${CREDENTIAL}:${credentials}
SetCredential=${CREDENTIAL}:{}

${[...places(role, setup), ...rights(role, setup)].join('\n')}
${HARDENING}

[Install]
WantedBy=multi-user.target
`;
}

/** The file system is there to be read; these may be written. */
function places(role: ServiceRole, { program, config, dataDir, sources = [] }: ServiceSetup): string[] {
  const read = role === 'sync' ? sources : [];
  const used = [...program, config, dataDir, ...read.map(({ path }) => path)];
  const isUsed = (...folders: string[]): boolean =>
    used.some((path) => folders.some((folder) => isBelow(folder, path)));
  return [
    'ProtectSystem=strict',
    ...(dataDir === STATE_DIR
      ? ['StateDirectory=hip', 'StateDirectoryMode=0750']
      : [`ReadWritePaths=${quotePath(dataDir)}`]),
    // A share that is not mounted yet must not keep the service from starting.
    ...read.map(
      ({ path, moves }) => `${moves ? 'ReadWritePaths' : 'ReadOnlyPaths'}=${quotePath(`-${path}`)}`,
    ),
    `ProtectHome=${isUsed('/home', '/root', '/run/user') ? 'read-only' : 'yes'}`,
    `PrivateTmp=${isUsed('/tmp', '/var/tmp') ? 'no' : 'yes'}`,
  ];
}

function rights(role: ServiceRole, { port, tlsPort }: ServiceSetup): string[] {
  if (role === 'sync' || Math.min(port, tlsPort ?? port) >= FIRST_FREE_PORT) {
    return ['CapabilityBoundingSet=', 'AmbientCapabilities=', 'PrivateUsers=yes'];
  }
  return ['CapabilityBoundingSet=CAP_NET_BIND_SERVICE', 'AmbientCapabilities=CAP_NET_BIND_SERVICE'];
}

/**
 * Everything that Node can do without. Not MemoryDenyWriteExecute: its compiler writes code. AF_NETLINK is how the
 * addresses of this PC are asked for, AF_UNIX how systemd is told.
 */
const HARDENING = `PrivateDevices=yes
PrivateMounts=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
NoNewPrivileges=yes
LockPersonality=yes
RemoveIPC=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM`;
