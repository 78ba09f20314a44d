import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createTrayDesk } from '../../src/lib/shell/tray/tray-desk.js';
import type { Desktop, HiddenCommand } from '../../src/lib/windows/desktop.js';
import { english } from './rig.js';

/** Runs of hip that say what the test wants, and a person who sees what is opened. */
class FakeDesktop implements Desktop {
  readonly done: unknown[] = [];
  says = '';
  code = 0;

  openFolder(path: string): void {
    this.done.push(path);
  }

  openText(file: string): void {
    this.done.push(readFileSync(file, 'utf8'));
  }

  elevate(program: readonly string[]): boolean {
    this.done.push(program.join(' '));
    return true;
  }

  async tell(_: string, text: string): Promise<void> {
    this.done.push(text);
  }

  async runHidden({ program, outputFile }: HiddenCommand): Promise<number> {
    this.done.push(program.join(' '));
    writeFileSync(outputFile, this.says);
    return this.code;
  }
}

function rig(status: string | null = null) {
  const desktop = new FakeDesktop();
  const desk = createTrayDesk({
    desktop,
    program: ['node.exe', 'run.js'],
    settingsFlags: ['--config', 'C:\\hip.json'],
    logDir: 'C:\\logs',
    version: '1.2.3',
    speech: english,
    readStatus: async () => status,
  });
  return { desktop, desk };
}

it('syncs with the settings it was given itself', async () => {
  const { desktop, desk } = rig();
  desktop.says = JSON.stringify({ totals: { punches: 5 }, delivered: 3, waiting: 2, fault: null });
  const counts = { punches: 5, delivered: 3, waiting: 2 };
  expect(await desk.sync()).toEqual({ code: 0, counts, error: null });
  expect(desktop.done).toEqual(['node.exe run.js sync --once --json --config C:\\hip.json']);
});

it.each([
  [3, { totals: {}, fault: { message: 'The line is down.' } }, 'The line is down.'],
  [2, { error: { message: 'No such folder.' } }, 'No such folder.'],
])('tells why a sync that ended with %i did', async (code, said, error) => {
  const { desktop, desk } = rig();
  desktop.says = JSON.stringify(said);
  desktop.code = code;
  expect(await desk.sync()).toMatchObject({ code, error });
});

it('knows only the code of a sync that crashed', async () => {
  const { desktop, desk } = rig();
  desktop.says = 'Segmentation fault';
  desktop.code = 1;
  expect(await desk.sync()).toEqual({ code: 1, counts: null, error: null });
});

it('shows the status so that any Notepad reads it', async () => {
  const { desktop, desk } = rig();
  desktop.says = 'hip\nประตู\n';
  await desk.showStatus();
  expect(desktop.done).toEqual(['node.exe run.js status --config C:\\hip.json', '\uFEFFhip\r\nประตู\r\n']);
});

it('asks a running serve for the status before it starts another hip', async () => {
  const { desktop, desk } = rig('hip serves\n');
  await desk.showStatus();
  expect(desktop.done).toEqual(['\uFEFFhip serves\r\n']);
});

it('opens logs, tells what it is, and asks for rights', () => {
  const { desktop, desk } = rig();
  desk.openLogs();
  desk.showAbout();
  desk.elevate('restart', 'sync');
  expect(desktop.done).toEqual([
    'C:\\logs',
    expect.stringMatching(/^hip 1\.2\.3\n[\s\S]*C:\\logs/),
    'node.exe run.js service restart sync --config C:\\hip.json',
  ]);
});
