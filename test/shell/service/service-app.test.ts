import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LoadedConfig, loadConfig } from '../../../src/lib/config.js';
import { HipError } from '../../../src/lib/errors.js';
import {
  ABSENT,
  type ServiceRole,
  type ServiceSetup,
  type SystemServices,
} from '../../../src/lib/service/service.js';
import { installServices, reportServices } from '../../../src/lib/shell/service/service-app.js';
import { writeInstallNote } from '../../../src/lib/shell/service/service-install-note.js';
import { uninstallServices } from '../../../src/lib/shell/service/service-removal.js';
import { restartServices, stopServices } from '../../../src/lib/shell/service/service-steer.js';

/** A service manager in memory; it keeps what was asked of it, in order. */
class FakeSystem implements SystemServices {
  readonly calls: string[] = [];
  readonly foreign = new Set<ServiceRole>();
  failing: ServiceRole | null = null;
  setup: ServiceSetup | undefined;
  #running = new Set<ServiceRole>();

  nameOf(role: ServiceRole): string {
    return `hip-${role}`;
  }
  async install(setup: ServiceSetup) {
    this.setup = setup;
    this.calls.push(`install ${setup.roles}`);
    return { notes: ['a note'], undo: async () => void this.calls.push('undo') };
  }
  async uninstall(role: ServiceRole) {
    this.calls.push(`uninstall ${role}`);
    return { removed: true, notes: [] };
  }
  async start(role: ServiceRole) {
    this.calls.push(`start ${role}`);
    if (role === this.failing) throw new HipError('HIP_SERVICE_FAILED', 'it ended with code 2.');
    this.#running.add(role);
  }
  async stop(role: ServiceRole) {
    this.calls.push(`stop ${role}`);
    this.#running.delete(role);
  }
  async status(role: ServiceRole) {
    const isOurs = this.setup?.roles.includes(role) ?? false;
    const state = this.#running.has(role) ? ('running' as const) : ('stopped' as const);
    return {
      ...ABSENT,
      role,
      name: this.nameOf(role),
      installed: this.foreign.has(role) ? ('foreign' as const) : isOurs ? ('yes' as const) : ('no' as const),
      state: isOurs ? state : null,
    };
  }
}

describe('hip service', () => {
  const options = { role: null, allow: [], replace: false };
  let dataDir: string;
  let system: FakeSystem;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'hip-service-app-'));
    system = new FakeSystem();
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  /** Without a status port there is no listener to be asked. */
  function load(settings: object = {}): LoadedConfig {
    const file = join(dataDir, 'config.json');
    writeFileSync(file, JSON.stringify({ dataDir, serve: { statusPort: 0 }, ...settings }));
    return loadConfig({ file, env: {} });
  }

  it('leaves the reader of files out where there are none to read, and says so', async () => {
    const report = await installServices(load(), system, options);
    expect(system.calls).toEqual(['install serve', 'start serve']);
    expect(report).toMatchObject({ menu: { port: 9090 }, services: [{ role: 'serve', state: 'running' }] });
    expect(report.notes).toEqual(['a note', expect.stringContaining('sync is left out')]);
  });

  it('hands over absolute paths only, and both services where there are files', async () => {
    await installServices(load({ sync: { logDir: dataDir, uploadTimes: ['08:30'] } }), system, options);
    expect(system.setup).toMatchObject({
      roles: ['serve', 'sync'],
      config: join(dataDir, 'config.json'),
      dataDir,
    });
    expect(system.calls).toEqual(['install serve,sync', 'start serve', 'start sync']);
  });

  it("takes the installation back when a service does not start, with the service's own words", async () => {
    system.failing = 'serve';
    const failure = 'Port 9090 is in use.';
    writeFileSync(join(dataDir, 'hip-serve.json'), JSON.stringify({ startedAt: '', failure, folders: [] }));
    await expect(installServices(load(), system, options)).rejects.toMatchObject({
      code: 'HIP_SERVICE_FAILED',
      message: expect.stringContaining(failure),
    });
    expect(system.calls.at(-1)).toBe('undo');
  });

  it('refuses a network that is none before anything is touched', async () => {
    const wrong = { ...options, allow: ['10.1.0.0/99'] };
    await expect(installServices(load(), system, wrong)).rejects.toMatchObject({ code: 'HIP_USAGE' });
    expect(system.calls).toEqual([]);
  });

  it('takes no folder that others use for its own, unless its journal is there', async () => {
    writeFileSync(join(dataDir, 'letter.txt'), '');
    await expect(installServices(load(), system, options)).rejects.toMatchObject({
      code: 'HIP_DATA_DIR_UNWRITABLE',
      message: expect.stringContaining('letter.txt'),
    });
    expect(system.calls).toEqual([]);
    writeFileSync(join(dataDir, 'hip.db'), '');
    await installServices(load(), system, options);
  });

  it('purges no folder that holds what hip did not put there', async () => {
    writeFileSync(join(dataDir, 'hip.db'), '');
    writeFileSync(join(dataDir, 'copy.backup'), '');
    const purge = uninstallServices(load(), system, { role: null, purge: true });
    await expect(purge).rejects.toMatchObject({
      code: 'HIP_USAGE',
      message: expect.stringContaining('copy.backup'),
    });
    expect(system.calls).toEqual([]);
    expect(existsSync(join(dataDir, 'copy.backup'))).toBe(true);
  });

  it('notices when this PC has none of the addresses any more that devices were given', async () => {
    writeInstallNote(dataDir, { addresses: ['203.0.113.7'], port: 9090 });
    const { address } = await reportServices(load(), system);
    expect(address).toMatchObject({ installed: ['203.0.113.7'], changed: true });
  });

  it('steers what is installed and nothing else', async () => {
    const parts = { loaded: load(), system };
    await expect(stopServices(null, parts)).rejects.toMatchObject({ code: 'HIP_SERVICE_MISSING' });
    await installServices(load(), system, options);
    await restartServices(null, parts);
    expect(system.calls.slice(-2)).toEqual(['stop serve', 'start serve']);
  });

  it('keeps data when it removes, leaves other programs alone, and purges only when told to', async () => {
    const loaded = load();
    system.foreign.add('sync');
    const kept = await uninstallServices(loaded, system, { role: null, purge: false });
    expect(kept).toEqual({ removed: ['hip-serve'], notes: [], purged: false });
    expect(existsSync(dataDir)).toBe(true);
    system.foreign.clear();
    await installServices(load({ sync: { logDir: dataDir, uploadTimes: ['08:30'] } }), system, options);
    const one = uninstallServices(loaded, system, { role: 'sync', purge: true });
    await expect(one).rejects.toMatchObject({ code: 'HIP_USAGE' });
    await uninstallServices(loaded, system, { role: null, purge: true });
    expect(existsSync(dataDir)).toBe(false);
  });
});
