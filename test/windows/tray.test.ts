import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { LANGUAGES, type Language } from '../../src/lib/tray/texts.js';
import { freePort } from '../support/ports.js';
import { type Colour, Screen } from '../support/screen.js';
import { STAGED_HIP, startWine, type Wine, type WineProcess } from '../support/wine.js';

const CONFIG = 'C:\\data\\config.json';
const MENU = 'C:\\menu.txt';
const SERVICE = 'HIPDeviceServer';
/** Grounds of the three icons, as `tray/icon-image.ts` draws them. */
const GREEN: Colour = [34, 160, 84];
const RED: Colour = [208, 44, 48];
/** Between the parts of a menu; nothing else on this screen has it. */
const LINE: Colour = [166, 166, 166];
/** Fonts that know the letters; on a Windows PC the system has them. */
const FONTS: Readonly<Record<Language, string>> = { en: 'Loma', th: 'Loma', lo: 'Phetsarath OT' };

/** Seconds on a machine of its own, a minute on one that is busy. */
const [WAIT_MS, TEST_MS] = [60_000, 240_000];

/** Past the headline to the service, and the first item of its menu. */
const START = ['Down', 'Down', 'Right', 'Return'];

let wine: Wine;
let screen: Screen;
let ports: { readonly device: number; readonly status: number };

beforeAll(async () => {
  await Screen.require();
  wine = await startWine();
  await wine.stage();
  screen = new Screen(wine.display);
  mkdirSync(wine.path('C:\\data'));
  ports = { device: await freePort(), status: await freePort() };
  const serve = { port: ports.device, host: '127.0.0.1', statusPort: ports.status };
  writeFileSync(wine.path(CONFIG), JSON.stringify({ dataDir: 'C:\\data', serve }));
  const command = [...STAGED_HIP, 'serve', '--service', SERVICE, '--config', CONFIG].join(' ');
  await wine.run(['sc', 'create', SERVICE, 'binPath=', command, 'start=', 'demand']);
  await wine.run(['sc', 'start', SERVICE]);
  await until(() => serviceState(), 'RUNNING');
}, 300_000);
afterAll(() => wine?.close());

it.each(['en', 'th', 'lo'] as const)(
  'shows its icon, and on a right click its menu (%s)',
  { timeout: TEST_MS },
  async (language) => {
    const tray = await startTray(language);
    const menu = await openMenu(GREEN, 'right');
    await screen.keep(`tray-${language}`);
    const texts = LANGUAGES[language];
    const line = (service: string, state: string): string => `${service}: ${state}`;
    expect(menu).toEqual([
      texts.hipRunning,
      '',
      line(texts.serve, texts.running),
      ...[texts.start, texts.stop, texts.restart].map((text) => `  ${text}`),
      line(texts.sync, texts.absent),
      '',
      texts.waiting.replace('{count}', '0'),
      texts.noPunch,
      '',
      ...[texts.syncNow, texts.status, texts.logs],
      '',
      ...[texts.about, texts.exit],
    ]);
    await screen.press('Escape');
    await exit(tray, GREEN);
    await until(() => screen.find(GREEN), null);
  },
);

it('stops and starts the service', { timeout: TEST_MS }, async () => {
  const tray = await startTray('en');
  // Past the headline to the service, into its menu, past Start.
  const stop = ['Down', 'Down', 'Right', 'Down', 'Return'];
  await choose({ icon: GREEN, keys: stop, isDone: async () => (await serviceState()) === 'STOPPED' });
  const menu = await openMenu(RED, 'right');
  expect(menu.slice(0, 3)).toEqual(['hip is stopped', '', 'Device listener: stopped']);
  await screen.press('Down', 'Down', 'Right');
  await screen.keep('tray-stopped');
  await screen.press('Escape', 'Escape');
  await choose({ icon: RED, keys: START, isDone: async () => (await serviceState()) === 'RUNNING' });
  await exit(tray, GREEN);
});

it('is one per person', { timeout: TEST_MS }, async () => {
  const tray = await startTray('en');
  await vi.waitUntil(() => screen.find(GREEN), { timeout: WAIT_MS, interval: 200 });
  const second = await wine.hip(['tray', '--config', CONFIG]);
  expect(second).toMatchObject({ code: 0, stdout: 'hip is beside the clock already.\n' });
  await exit(tray, GREEN);
});

it('shows backlog and last punch, and at length in the status', { timeout: TEST_MS }, async () => {
  const sent = await fetch(`http://127.0.0.1:${ports.device}/iclock/cdata?SN=TRAY1&table=ATTLOG`, {
    method: 'POST',
    body: '1001\t2026-11-20 07:55:00\t0\t1\t0\t0\n',
  });
  expect(sent.status).toBe(200);
  const tray = await startTray('en');
  const menu = await openMenu(GREEN, 'right');
  await screen.keep('tray-backlog');
  const moment = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d`;
  expect(menu.join('\n')).toMatch(new RegExp(`Punches waiting: 1, since ${moment}\nLast punch: ${moment}\n`));
  await screen.press('Escape');
  const { stdout: temp } = await wine.run(['cmd', '/c', 'echo %TEMP%']);
  const status = wine.path(`${temp.trim()}\\hip-status.txt`);
  const isWritten = async (): Promise<boolean> =>
    existsSync(status) && readFileSync(status, 'utf8').includes('1 waiting');
  // Exit, About, Log folder, Status, from below.
  await choose({ icon: GREEN, keys: ['Up', 'Up', 'Up', 'Up', 'Return'], isDone: isWritten });
  await vi.waitUntil(
    async () => (await wine.run(['taskkill', '/f', '/im', 'notepad.exe'])).code === 0,
    WAIT_MS,
  );
  await exit(tray, GREEN);
});

it('goes when its window is asked to close, as set-up does', { timeout: TEST_MS }, async () => {
  const tray = await startTray('en');
  await vi.waitUntil(() => screen.find(GREEN), { timeout: WAIT_MS, interval: 200 });
  await wine.run(['taskkill', '/im', 'node.exe']);
  expect(await tray.ended).toEqual({ code: 0, stdout: '', stderr: '' });
  await until(() => screen.find(GREEN), null);
  expect(await serviceState()).toBe('RUNNING');
});

it('stands with broken settings too, and tells that they keep the service from starting', {
  timeout: TEST_MS,
}, async () => {
  await wine.run(['sc', 'stop', SERVICE]);
  await until(() => serviceState(), 'STOPPED');
  writeFileSync(wine.path(CONFIG), '{ "serve": { "prot": 1 } }');
  const tray = await startTray('en');
  const isTold = async (): Promise<boolean> => {
    const menu = await openMenu(RED, 'right');
    await screen.keep('tray-died');
    await screen.press('Escape');
    return menu.includes('Device listener stopped by itself');
  };
  await choose({ icon: RED, keys: START, isDone: isTold });
  await exit(tray, RED);
});

async function startTray(language: Language): Promise<WineProcess> {
  const fonts = ['Tahoma', 'MS Shell Dlg', 'MS Shell Dlg 2'].map((name) => `"${name}"="${FONTS[language]}"`);
  const head = ['REGEDIT4', '', '[HKEY_CURRENT_USER\\Software\\Wine\\Fonts\\Replacements]'];
  writeFileSync(wine.path('C:\\fonts.reg'), [...head, ...fonts, ''].join('\r\n'));
  await wine.run(['regedit', 'C:\\fonts.reg']);
  const flags = ['--language', language, '--menu-file', MENU, '--config', CONFIG];
  return wine.spawn([...STAGED_HIP, 'tray', ...flags]);
}

/** Waits for the icon of this colour, clicks it, and reads what Windows says that its menu holds. */
async function openMenu(icon: Colour, button: 'left' | 'right'): Promise<string[]> {
  rmSync(wine.path(MENU), { force: true });
  const place = await vi.waitUntil(() => screen.find(icon), { timeout: WAIT_MS, interval: 200 });
  await screen.click(place, button);
  await until(async () => existsSync(wine.path(MENU)), true);
  // It is told before it is drawn, and misses keys until then.
  await vi.waitUntil(() => screen.find(LINE), { timeout: WAIT_MS, interval: 100 });
  return readFileSync(wine.path(MENU), 'utf8').trimEnd().split('\n');
}

interface Choice {
  readonly icon: Colour;
  readonly keys: readonly string[];
  isDone(): Promise<boolean>;
}

/** Through the menu by keys, until that had its effect: a menu that is only opening on a busy machine misses keys. */
async function choose({ icon, keys, isDone }: Choice): Promise<void> {
  const attempt = async (): Promise<boolean> => {
    await openMenu(icon, 'left');
    await screen.press(...keys);
    const done = vi.waitUntil(isDone, { timeout: WAIT_MS / 3, interval: 200 });
    const isSo = await done.catch(() => false);
    if (!isSo) await screen.press('Escape', 'Escape');
    return isSo;
  };
  await vi.waitUntil(attempt, { timeout: WAIT_MS * 2, interval: 100 });
}

/** The last item of the menu, from below. */
async function exit(tray: WineProcess, icon: Colour): Promise<void> {
  const isDone = async (): Promise<boolean> => tray.child.exitCode !== null;
  await choose({ icon, keys: ['Up', 'Return'], isDone });
  expect(await tray.ended).toEqual({ code: 0, stdout: '', stderr: '' });
}

async function serviceState(): Promise<string | undefined> {
  const { stdout } = await wine.run(['sc', 'query', SERVICE]);
  return /STATE\s+:\s+\d+\s+(\w+)/.exec(stdout)?.[1];
}

async function until<T>(look: () => Promise<T>, wanted: T): Promise<void> {
  const check = async (): Promise<void> => expect(await look()).toEqual(wanted);
  await vi.waitFor(check, { timeout: WAIT_MS, interval: 200 });
}
