import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ServiceSetup } from '../../src/lib/service/service.js';
import type { ServiceCare, ServiceConfig } from '../../src/lib/windows/scm.js';
import { createInstaller, type InstallerParts } from '../../src/lib/windows/scm-install.js';
import { ERROR } from '../../src/lib/windows/win32/advapi32-services.js';
import { WindowsError } from '../../src/lib/windows/windows-error.js';

/** What Wine can't show: settings it does not keep, and accounts it does not check. */
describe('installing services into Windows', () => {
  let services: Map<string, ServiceConfig>;
  let cares: Map<string, ServiceCare>;
  let running: Set<string>;
  /** What this Windows says that it keeps of the restarts it was asked for. */
  let kept: (care: ServiceCare) => ServiceCare['restarts'] | null;
  let refuseAccounts: boolean;
  let setup: ServiceSetup;

  beforeEach(() => {
    services = new Map();
    cares = new Map();
    running = new Set();
    kept = (care) => care.restarts;
    refuseAccounts = false;
    setup = {
      roles: ['serve', 'sync'],
      program: ['C:\\hip\\hip.exe'],
      config: 'C:\\data\\config.json',
      dataDir: mkdtempSync(join(tmpdir(), 'hip-install-')),
      port: 9090,
      allow: [],
      replace: false,
    };
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(setup.dataDir, { recursive: true });
  });

  function installer() {
    const put = (name: string, config: ServiceConfig): void => {
      if (refuseAccounts && config.account !== null)
        throw new WindowsError('CreateServiceW', ERROR.invalidAccount);
      services.set(name, config);
    };
    const scm: InstallerParts['scm'] = {
      requireRights: () => undefined,
      config: (name) => services.get(name) ?? null,
      create: put,
      change: put,
      remove: (name) => void services.delete(name),
      care: (name, care) => {
        cares.set(name, care);
        return [];
      },
      restarts: (name) => kept(cares.get(name)!),
    };
    const texts = new Map<string, string>();
    return createInstaller({
      scm,
      registry: {
        setText: (key, name, text) => {
          texts.set(key + name, text);
          return 0;
        },
        setNumber: () => 0,
        getText: (key, name) => texts.get(key + name) ?? null,
        deleteValue: (key, name) => Number(texts.delete(key + name)),
        deleteKey: () => 0,
      },
      security: {
        userSid: () => 'S-1-5-21-1-2-3-1001',
        ownerOf: () => ({ sid: 'S-1-5-18', name: 'NT AUTHORITY\\SYSTEM' }),
        allowTakingOver: () => undefined,
        setFolderRights: () => 0,
        inheritRights: () => 0,
      },
      steer: {
        isRunning: (name) => running.has(name),
        start: async (name) => void running.add(name),
        stop: async (name) => void running.delete(name),
      },
    });
  }

  it('asks for a late start, and to be restarted after 5 s, 30 s and 2 min, anew after a day', async () => {
    await installer().install(setup);
    expect([...services.keys()]).toEqual(['HIPDeviceServer', 'HIPSyncToCloud']);
    for (const care of cares.values()) {
      expect(care).toMatchObject({
        delayedStart: true,
        restarts: { delaysMs: [5_000, 30_000, 120_000], resetAfterSeconds: 86_400, afterErrorExit: true },
      });
    }
  });

  it('asks back what Windows keeps of that, and says where it is something else', async () => {
    const notes = async (): Promise<readonly string[]> => {
      const all = (await installer().install({ ...setup, roles: ['serve'] })).notes;
      return all.filter((note) => !note.includes('firewall'));
    };
    expect(await notes()).toEqual([]);
    kept = () => null;
    expect(await notes()).toEqual([
      'HIPDeviceServer: this Windows does not tell whether it starts the service again after a failure.',
    ]);
    kept = (care) => ({ ...care.restarts, delaysMs: [5_000, null], afterErrorExit: false });
    expect(await notes()).toEqual([
      'HIPDeviceServer: Windows was asked to restart after 5 s, 30 s, 2 min, and says ' +
        '5 s, never; not after an error exit.',
    ]);
  });

  it('runs as LocalSystem where Windows makes no account for it, and says so', async () => {
    refuseAccounts = true;
    const { notes } = await installer().install(setup);
    expect(services.get('HIPDeviceServer')?.account).toBeNull();
    expect(notes).toContain(
      'Windows refuses the account NT SERVICE\\HIPDeviceServer: the service runs as LocalSystem.',
    );
  });

  it("puts another program's service back as it was, running, when ours does not come up", async () => {
    const old = {
      command: 'C:\\old.exe',
      displayName: 'Old',
      description: 'Old one',
      startType: 'manual',
      account: null,
    } as const;
    services.set('HIPDeviceServer', old);
    running.add('HIPDeviceServer');
    const { undo } = await installer().install({ ...setup, replace: true });
    expect(services.get('HIPDeviceServer')?.command).toContain('--service HIPDeviceServer');
    expect(running).toEqual(new Set());
    await undo();
    expect(services).toEqual(new Map([['HIPDeviceServer', old]]));
    expect(running).toEqual(new Set(['HIPDeviceServer']));
  });

  it('leaves the firewall open when an upgrade is taken back, for the old program listens on', async () => {
    const system = join(setup.dataDir, 'windows', 'System32');
    mkdirSync(system, { recursive: true });
    const script = `#!/bin/sh\necho "$3" >> '${setup.dataDir}/netsh'\n`;
    writeFileSync(join(system, 'netsh.exe'), script, { mode: 0o755 });
    vi.stubEnv('SystemRoot', join(setup.dataDir, 'windows'));
    const calls = (): string[] => readFileSync(join(setup.dataDir, 'netsh'), 'utf8').trim().split('\n');
    const both = installer();
    const first = await both.install(setup);
    expect(calls()).toEqual(['delete', 'add']);
    const second = await both.install(setup);
    await second.undo();
    expect(calls()).toEqual(['delete', 'add', 'delete', 'add']);
    await first.undo();
    expect(calls().at(-1)).toBe('delete');
  });

  it('takes one service out again when the other can not be installed', async () => {
    services.set('HIPSyncToCloud', {
      command: 'C:\\old.exe',
      displayName: '',
      description: '',
      startType: 'manual',
      account: null,
    });
    await expect(installer().install(setup)).rejects.toMatchObject({ code: 'HIP_SERVICE_FOREIGN' });
    expect([...services.keys()]).toEqual(['HIPSyncToCloud']);
  });
});
