import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closeDataFolder } from '../../src/lib/windows/data-folder.js';
import type { SecurityCalls } from '../../src/lib/windows/win32/advapi32-security.js';

const INSTALLER = { sid: 'S-1-5-21-1-2-3-1001', name: 'PC\\Owner' };
const STRANGER = { sid: 'S-1-5-21-1-2-3-1002', name: 'PC\\Somchai' };

let folder: string;
let calls: string[];
let owners: Map<string, ReturnType<SecurityCalls['ownerOf']>>;
let failing: string | null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hip-data-'));
  calls = [];
  owners = new Map();
  failing = null;
});
afterEach(() => rmSync(folder, { recursive: true }));

function close(): readonly string[] {
  const name = (path: string): string => path.slice(folder.length + 1);
  return closeDataFolder(folder, {
    userSid: () => INSTALLER.sid,
    ownerOf: (path) => owners.get(name(path)) ?? INSTALLER,
    allowTakingOver: () => void calls.push('privilege'),
    setFolderRights: (path) => {
      calls.push(`close ${path === folder}`);
      return 0;
    },
    inheritRights: (path) => {
      calls.push(name(path));
      return name(path) === failing ? 5 : 0;
    },
  });
}

function put(...names: string[]): void {
  for (const name of names) writeFileSync(join(folder, name), '');
}

it('takes what is named like its own files from whoever made them, after the folder, and leaves others', () => {
  mkdirSync(join(folder, 'logs'));
  put('config.json', 'hip.db', 'logs/hip.1.log', 'backup.zip');
  expect(close()).toEqual([]);
  expect(calls.slice(0, 2)).toEqual(['privilege', 'close true']);
  expect(calls.slice(2).sort()).toEqual(['config.json', 'hip.db', 'logs', 'logs/hip.1.log']);
});

it('says which of them a stranger has made', () => {
  put('config.json', 'credentials.json', 'hip.db');
  owners.set('config.json', STRANGER).set('hip.db', { sid: 'S-1-5-18', name: 'NT AUTHORITY\\SYSTEM' });
  owners.set('credentials.json', { sid: 'S-1-5-7', name: 'S-1-5-7' });
  expect(close()).toEqual([
    `${join(folder, 'config.json')} was made by PC\\Somchai, not by hip: look whether it is what it should be.`,
    `${join(folder, 'credentials.json')} was made by S-1-5-7, not by hip: look whether it is what it should be.`,
  ]);
});

it('follows no link, and says what it could not close', () => {
  put('config.json');
  symlinkSync(tmpdir(), join(folder, 'logs'));
  failing = 'config.json';
  expect(close()).toEqual([
    `Who may use ${join(folder, 'config.json')} could not be set (Windows error 5).`,
    `${join(folder, 'logs')} is a link: who may use what it leads to is left as it is.`,
  ]);
  expect(calls).not.toContain('logs');
});
