import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startWine } from './wine.js';
import { requireTemplate } from './wine-install.js';

/** The first run on a machine fetches Wine and node.exe. */
const FIRST_TIME_MS = 300_000;

it('runs the built program in a Windows of its own, and leaves nothing behind', {
  timeout: FIRST_TIME_MS,
}, async () => {
  const wine = await startWine();
  const registry = join(await requireTemplate(), 'system.reg');
  const before = readFileSync(registry);
  try {
    await wine.stage();
    const said = await wine.hip(['--version']);
    expect(said).toMatchObject({ code: 0, stdout: expect.stringMatching(/^hip\/\S+ win32-x64 node-v22/) });
    const services = await wine.run(['sc', 'query', 'RpcSs']);
    expect(services.stdout).toContain('RUNNING');
    await wine.run(['reg', 'add', 'HKLM\\Software\\hip-test', '/f']);
  } finally {
    await wine.close();
  }
  expect(existsSync(wine.prefix)).toBe(false);
  expect(readFileSync(registry).equals(before)).toBe(true);
});
