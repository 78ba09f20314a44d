import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServiceSetup, SystemServices } from '../../src/lib/service/service.js';
import { createSystemdServices } from '../../src/lib/service/systemd.js';
import type { Run, SystemdParts } from '../../src/lib/service/systemd-control.js';

/** Does what systemctl does, as far as hip looks, and writes down what it was told. */
const SYSTEMCTL = `#!/bin/sh
echo "systemctl $*" >> "$FAKE/calls"
unit=$2
[ "$2" = --now ] && unit=$3
case $1 in
  show)
    file="$FAKE/units/$unit"
    [ -f "$FAKE/lib/$unit" ] && [ ! -f "$file" ] && file="$FAKE/lib/$unit"
    if [ ! -f "$file" ]; then echo LoadState=not-found; echo ActiveState=inactive; exit; fi
    echo LoadState=loaded
    if [ -f "$FAKE/active-$unit" ]; then echo ActiveState=active; echo MainPID=4711; else echo ActiveState=inactive; echo MainPID=0; fi
    if [ -f "$FAKE/enabled-$unit" ]; then echo UnitFileState=enabled; else echo UnitFileState=disabled; fi
    echo "FragmentPath=$file"
    echo User=hip
    echo "ExecStart={ path=/bin/hip ; argv[]=/bin/hip serve --config /etc/hip/config.json ; ignore_errors=no ; pid=0 }"
    if [ -f "$FAKE/fails" ]; then echo Result=exit-code; echo ExecMainStatus=2; else echo Result=success; fi ;;
  start)
    if [ -f "$FAKE/fails" ]; then echo "Job for $unit failed." >&2; exit 1; fi
    touch "$FAKE/active-$unit" ;;
  stop) rm -f "$FAKE/active-$unit" ;;
  enable)
    if [ -f "$FAKE/no-enable" ]; then echo "Failed to enable unit: odd." >&2; exit 1; fi
    touch "$FAKE/enabled-$unit" ;;
  disable) rm -f "$FAKE/active-$unit" "$FAKE/enabled-$unit" ;;
esac
`;
const NOTED = (name: string): string => `#!/bin/sh\necho "${name} $*" >> "$FAKE/calls"\n`;

let folder: string;
let setup: ServiceSetup;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hip-systemd-'));
  for (const name of ['bin', 'units', 'lib']) mkdirSync(join(folder, name));
  const programs = {
    systemctl: SYSTEMCTL,
    chown: NOTED('chown'),
    'systemd-sysusers': NOTED('systemd-sysusers'),
  };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder, 'bin', name), text, { mode: 0o755 });
  }
  setup = {
    roles: ['serve', 'sync'],
    program: ['/bin/hip'],
    config: '/etc/hip/config.json',
    dataDir: join(folder, 'data'),
    port: 9090,
    allow: [],
    replace: false,
  };
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(parts: Partial<SystemdParts> = {}): SystemServices {
  const env = { PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}`, FAKE: folder };
  const run: Run = (program, args) =>
    new Promise((resolve) => {
      execFile(program, args, { env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  return createSystemdServices({
    run,
    unitDir: join(folder, 'units'),
    sysusersDir: join(folder, 'sysusers.d'),
    isRoot: true,
    isBooted: true,
    ...parts,
  });
}

const unit = (name: string): string => join(folder, 'units', `${name}.service`);
const flag = (name: string): void => writeFileSync(join(folder, name), '');
const calls = (): string[] =>
  readFileSync(join(folder, 'calls'), 'utf8')
    .trim()
    .split('\n')
    .filter((call) => !call.startsWith('systemctl show'));

describe('install', () => {
  it('makes account, folder and units, enables them, and starts none', async () => {
    const { notes } = await open().install(setup);
    expect(calls()).toEqual([
      `systemd-sysusers ${join(folder, 'sysusers.d/hip.conf')}`,
      `chown -R hip:hip ${setup.dataDir}`,
      'systemctl daemon-reload',
      'systemctl enable hip-serve.service',
      'systemctl enable hip-sync.service',
    ]);
    expect(readFileSync(unit('hip-serve'), 'utf8')).toContain('ExecStart=/bin/hip serve');
    expect(readFileSync(join(folder, 'sysusers.d/hip.conf'), 'utf8')).toMatch(/^u hip - /m);
    expect(existsSync(setup.dataDir)).toBe(true);
    expect(notes.join()).toContain('9090/tcp');
    expect(await open().status('serve')).toMatchObject({
      name: 'hip-serve',
      installed: 'yes',
      state: 'stopped',
      startType: 'automatic',
      account: 'hip',
      command: '/bin/hip serve --config /etc/hip/config.json',
      failure: null,
    });
  });

  it('again writes the new setup, with what runs stopped for it', async () => {
    const system = open();
    await system.install(setup);
    await system.start('serve');
    expect((await system.status('serve')).pid).toBe(4711);
    await system.install({ ...setup, config: '/etc/hip/other.json' });
    expect(calls()).toContain('systemctl stop hip-serve.service');
    expect(readFileSync(unit('hip-serve'), 'utf8')).toContain('/etc/hip/other.json');
    expect((await system.status('serve')).state).toBe('stopped');
  });

  it('leaves nothing when it fails', async () => {
    flag('no-enable');
    await expect(open().install(setup)).rejects.toMatchObject({
      code: 'HIP_SERVICE_FAILED',
      message: expect.stringContaining('Failed to enable unit: odd'),
    });
    expect(existsSync(unit('hip-serve'))).toBe(false);
    expect(existsSync(unit('hip-sync'))).toBe(false);
    expect(calls().at(-1)).toBe('systemctl daemon-reload');
  });

  it('can be taken back, to what ran before', async () => {
    const system = open();
    await system.install(setup);
    await system.start('serve');
    const { undo } = await system.install({ ...setup, config: '/etc/hip/other.json' });
    await undo();
    expect(readFileSync(unit('hip-serve'), 'utf8')).toContain('/etc/hip/config.json');
    expect((await system.status('serve')).state).toBe('running');
    expect((await system.status('sync')).state).toBe('stopped');
  });

  it('touches no unit of that name that is not ours, unless told to, and keeps it then', async () => {
    writeFileSync(unit('hip-serve'), '[Service]\nExecStart=/opt/old\n');
    const system = open();
    expect((await system.status('serve')).installed).toBe('foreign');
    await expect(system.install(setup)).rejects.toMatchObject({ code: 'HIP_SERVICE_FOREIGN' });
    await expect(system.uninstall('serve', setup)).rejects.toMatchObject({ code: 'HIP_SERVICE_FOREIGN' });
    const { undo } = await system.install({ ...setup, replace: true });
    expect((await system.status('serve')).installed).toBe('yes');
    await undo();
    expect(readFileSync(unit('hip-serve'), 'utf8')).toContain('/opt/old');
    await system.install({ ...setup, replace: true });
    const { notes } = await system.uninstall('serve', setup);
    expect(notes.join()).toContain('.replaced-by-hip');
    expect(readFileSync(`${unit('hip-serve')}.replaced-by-hip`, 'utf8')).toContain('/opt/old');
  });

  it('lets a package’s unit of that name come back', async () => {
    writeFileSync(join(folder, 'lib/hip-serve.service'), '[Service]\n');
    const system = open();
    await expect(system.install(setup)).rejects.toMatchObject({ code: 'HIP_SERVICE_FOREIGN' });
    await system.install({ ...setup, replace: true });
    expect((await system.status('serve')).installed).toBe('yes');
    await system.uninstall('serve', setup);
    expect((await system.status('serve')).installed).toBe('foreign');
  });
});

describe('from day to day', () => {
  it('says why a service did not start', async () => {
    const system = open();
    await system.install(setup);
    flag('fails');
    await expect(system.start('serve')).rejects.toMatchObject({
      code: 'HIP_SERVICE_FAILED',
      message: 'hip-serve did not start: it ended with code 2, wrong usage or configuration.',
      suggestions: [expect.stringContaining('journalctl -u hip-serve')],
    });
  });

  it('names a service that is not there', async () => {
    const system = open();
    await expect(system.start('serve')).rejects.toMatchObject({ code: 'HIP_SERVICE_MISSING' });
    await expect(system.stop('sync')).rejects.toMatchObject({ code: 'HIP_SERVICE_MISSING' });
    expect(await system.status('sync')).toMatchObject({ installed: 'no', state: null });
    expect(await system.uninstall('sync', setup)).toEqual({ removed: false, notes: [] });
  });

  it('uninstalls one after the other, and keeps the data', async () => {
    const system = open();
    await system.install(setup);
    await system.start('serve');
    expect(await system.uninstall('serve', setup)).toEqual({ removed: true, notes: [] });
    expect(existsSync(join(folder, 'sysusers.d/hip.conf'))).toBe(true);
    const { notes } = await system.uninstall('sync', setup);
    expect(notes).toEqual([expect.stringContaining('user hip stays')]);
    expect(calls().filter((call) => call.startsWith('systemctl clean'))).toEqual([
      'systemctl clean --what=cache hip-sync.service',
    ]);
    expect(existsSync(join(folder, 'sysusers.d/hip.conf'))).toBe(false);
    expect(existsSync(setup.dataDir)).toBe(true);
    expect(existsSync(join(folder, 'active-hip-serve.service'))).toBe(false);
  });

  it.each([
    ['nobody but root', { isRoot: false }, 'HIP_NOT_ADMIN'],
    ['no machine without systemd', { isBooted: false }, 'HIP_USAGE'],
  ])('lets %s do so', async (_name, parts, code) => {
    const system = open(parts);
    for (const act of [
      () => system.install(setup),
      () => system.uninstall('serve', setup),
      () => system.start('serve'),
      () => system.stop('serve'),
    ]) {
      await expect(act()).rejects.toMatchObject({ code, oclif: { exit: 2 } });
    }
    expect((await system.status('serve')).installed).toBe('no');
  });
});
