import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServiceRole, ServiceSetup } from '../../src/lib/service/service.js';
import { renderUnit } from '../../src/lib/service/systemd-units.js';
import { requireSystemdAnalyze } from '../support/systemd-install.js';

const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  await requireSystemdAnalyze();
  folder = mkdtempSync(join(tmpdir(), 'hip-units-'));
  writeFileSync(join(folder, 'hip'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(join(folder, '100% odd $HOME'), '#!/bin/sh\n', { mode: 0o755 });
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

const USUAL: ServiceSetup = {
  roles: ['serve', 'sync'],
  program: ['/bin/sh', '/opt/hip/bin/run.js'],
  config: '/etc/hip/config.json',
  dataDir: '/var/lib/hip',
  port: 9090,
  allow: [],
  sources: [{ path: '/srv/hip/alog', moves: false }],
  replace: false,
};

function write(role: ServiceRole, setup: ServiceSetup): string {
  const file = join(folder, `hip-${role}.service`);
  // Nobody has made the account on this machine; every other line is as it will stand.
  const unit = renderUnit(role, setup).replace(/^(User|Group)=hip$/gm, '$1=daemon');
  writeFileSync(file, unit);
  return file;
}

/** What systemd says of a unit file: nothing, when all is well. */
async function verify(file: string): Promise<string> {
  const { stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', file]);
  return stdout + stderr;
}

async function exposure(file: string): Promise<number> {
  const { stdout } = await run('systemd-analyze', ['security', '--offline=true', '--no-pager', file]);
  return Number(/Overall exposure level .*: ([\d.]+)/.exec(stdout)?.[1]);
}

/** A word of a line, as systemd reads it back. */
const line = (text: string, key: string): string[] =>
  text.split('\n').flatMap((one) => (one.startsWith(`${key}=`) ? [one.slice(key.length + 1)] : []));

describe.each(['serve', 'sync'] as const)('the unit of %s', (role) => {
  const setups: [string, ServiceSetup][] = [
    ['usual', USUAL],
    [
      'elsewhere',
      { ...USUAL, dataDir: '/data/hip box', sources: [{ path: '/home/x/100% log', moves: true }] },
    ],
    ['a low port', { ...USUAL, port: 80 }],
  ];
  it.each(setups)(
    'is accepted by systemd without a word, and shuts nearly everything: %s',
    async (_name, setup) => {
      const file = write(role, setup);
      expect(await verify(file)).toBe('');
      expect(await exposure(file)).toBeLessThan(3);
    },
  );
});

describe('what systemd is told', () => {
  it('starts the command with exactly this configuration', () => {
    const unit = renderUnit('serve', USUAL);
    expect(line(unit, 'ExecStart')).toEqual([
      '/bin/sh /opt/hip/bin/run.js serve --config /etc/hip/config.json --data-dir /var/lib/hip --service hip-serve',
    ]);
    expect(line(renderUnit('sync', USUAL), 'ExecStart')[0]).toContain('run.js sync --watch --config');
    expect(line(unit, 'LoadCredential')).toEqual(['hip-credentials:/etc/hip/credentials.json']);
    expect(line(unit, 'Restart')).toEqual(['always']);
    expect(unit).not.toMatch(/password/i);
  });

  it('leaves no character of a path to be read as something else', async () => {
    const odd = join(folder, '100% odd $HOME');
    const setup = { ...USUAL, program: [odd, '/opt/"x"\\$y'], config: '/etc/$x/%n/a b.json' };
    expect(await verify(write('serve', setup))).toBe('');
    const unit = renderUnit('serve', setup);
    expect(line(unit, 'ExecStart')[0]).toContain(
      `"${folder}/100%% odd $HOME" "/opt/\\"x\\"\\\\$$y" serve --config "/etc/$$x/%%n/a b.json"`,
    );
    expect(line(unit, 'LoadCredential')).toEqual(['hip-credentials:/etc/$x/%%n/credentials.json']);
  });

  it('lets sync write only where it moves files', () => {
    expect(line(renderUnit('sync', USUAL), 'ReadOnlyPaths')).toEqual(['-/srv/hip/alog']);
    const moving = renderUnit('sync', { ...USUAL, sources: [{ path: '/srv/a b', moves: true }] });
    expect(line(moving, 'ReadWritePaths')).toEqual(['"-/srv/a b"']);
    expect(line(renderUnit('serve', USUAL), 'ReadWritePaths')).toEqual([]);
    expect(line(renderUnit('serve', { ...USUAL, dataDir: '/data/hip' }), 'ReadWritePaths')).toEqual([
      '/data/hip',
    ]);
  });

  it('hides home folders unless something lies there', () => {
    expect(line(renderUnit('sync', USUAL), 'ProtectHome')).toEqual(['yes']);
    const home = { ...USUAL, sources: [{ path: '/home/office/alog', moves: false }] };
    expect(line(renderUnit('sync', home), 'ProtectHome')).toEqual(['read-only']);
    expect(line(renderUnit('serve', home), 'ProtectHome')).toEqual(['yes']);
  });

  it('gives the one right that a low port needs, and else none', () => {
    expect(line(renderUnit('serve', USUAL), 'AmbientCapabilities')).toEqual(['']);
    const low = renderUnit('serve', { ...USUAL, port: 443 });
    expect(line(low, 'CapabilityBoundingSet')).toEqual(['CAP_NET_BIND_SERVICE']);
    const lowTls = renderUnit('serve', { ...USUAL, tlsPort: 443 });
    expect(line(lowTls, 'AmbientCapabilities')).toEqual(['CAP_NET_BIND_SERVICE']);
    expect(line(renderUnit('sync', { ...USUAL, port: 443 }), 'CapabilityBoundingSet')).toEqual(['']);
  });
});
