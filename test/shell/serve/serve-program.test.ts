import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/lib/config.js';
import { createServeProgram } from '../../../src/lib/shell/serve/serve-program.js';

describe('hip serve as a hosted program', () => {
  let dataDir: string;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'hip-serve-program-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('tells of a journal that can not even be read instead of failing', async () => {
    const file = join(dataDir, 'config.json');
    const serve = { host: '127.0.0.1', port: 0, statusPort: 0 };
    writeFileSync(file, JSON.stringify({ dataDir, serve, log: { level: 'error' } }));
    const program = createServeProgram({
      version: '0.0.0',
      load: () => loadConfig({ file, env: {} }),
      service: undefined,
      announce: () => undefined,
    });
    const running = await program.start(new AbortController().signal);
    expect(running.troubles?.()).toEqual([]);
    await running.stop();
    expect(running.troubles?.()).toMatchObject([{ kind: 'journal' }]);
  });
});
