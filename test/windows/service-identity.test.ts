import { expect, it } from 'vitest';
import { dataFolderRights } from '../../src/lib/windows/acl.js';
import { renderRule } from '../../src/lib/windows/firewall.js';
import { networkPath } from '../../src/lib/windows/network-path.js';
import {
  isOurCommand,
  SERVICE_IDENTITIES,
  serviceCommand,
  serviceSid,
} from '../../src/lib/windows/service-identity.js';

const setup = {
  program: ['C:\\Program Files\\hip\\hip.exe'],
  config: 'C:\\ProgramData\\hip\\config.json',
  dataDir: 'C:\\ProgramData\\hip',
};

it("makes a service's SID as Windows does", () => {
  // Documented by Microsoft as the SID of every Windows' own TrustedInstaller.
  expect(serviceSid('TrustedInstaller')).toBe(
    'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464',
  );
});

it('knows its own service by the command line, and no other', () => {
  const { serve, sync } = SERVICE_IDENTITIES;
  const command = serviceCommand(serve, setup);
  expect(command).toBe(
    '"C:\\Program Files\\hip\\hip.exe" serve --service HIPDeviceServer ' +
      '--config C:\\ProgramData\\hip\\config.json --data-dir C:\\ProgramData\\hip',
  );
  expect(isOurCommand(serve.name, command)).toBe(true);
  expect(isOurCommand(sync.name, command)).toBe(false);
  expect(isOurCommand(serve.name, 'C:\\nssm\\nssm.exe')).toBe(false);
});

it('gives the data folder to administrators, and to nobody else but system, both services and the installer', () => {
  const installer = 'S-1-5-21-1-2-3-1001';
  const sids = ['HIPDeviceServer', 'HIPSyncToCloud'].map(serviceSid);
  const modify = [...sids, installer].map((sid) => `(A;OICI;0x1301bf;;;${sid})`);
  // P: nothing comes from the parent folder, where all users may read.
  expect(dataFolderRights(installer)).toBe(
    `O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;RC;;;S-1-3-4)${modify.join('')}`,
  );
});

it('lets the local subnet through the firewall, and other networks only when told', () => {
  expect(renderRule({ ports: [9090], allow: [] })).toEqual(
    expect.arrayContaining(['dir=in', 'localport=9090', 'remoteip=localsubnet']),
  );
  expect(renderRule({ ports: [9090, 9443], allow: ['10.1.0.0/16', 'fd00::/8'] })).toEqual(
    expect.arrayContaining(['localport=9090,9443', 'remoteip=localsubnet,10.1.0.0/16,fd00::/8']),
  );
});

it('names the network folder behind a drive letter, also one that only the registry remembers', () => {
  const shares: Record<string, string> = { 'Z:': '\\\\server\\alog' };
  const network = { remoteName: (drive: string) => shares[drive] ?? null };
  const registry = { getUserText: (key: string) => (key === 'Network\\Y' ? '\\\\nas\\hip\\' : null) };
  const name = (path: string): string | null => networkPath(path, { network, registry });
  expect(name('Z:\\2026')).toBe('\\\\server\\alog\\2026');
  expect(name('y:\\logs')).toBe('\\\\nas\\hip\\logs');
  expect(name('C:\\HIP\\alog')).toBeNull();
  expect(name('\\\\server\\alog')).toBeNull();
});
