import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NoPlace, placeAddon } from '../../src/lib/native/place.js';

const CONTENT = Buffer.from('the addon');
let folder: string;
let own: string;
let laid: string;
let reads: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hip-place-'));
  [own, laid] = [join(folder, 'own'), join(folder, 'laid')];
  reads = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

function place(folders: readonly string[] = [own]): string {
  const read = () => {
    reads += 1;
    return CONTENT;
  };
  const sha256 = createHash('sha256').update(CONTENT).digest('hex');
  return placeAddon({ name: 'x', path: 'deep/x.node', sha256, read }, { laid, own: folders });
}

function put(file: string, content: string | Buffer): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

it('takes what lies beside the executable, and unpacks nothing', () => {
  put(join(laid, 'deep/x.node'), CONTENT);
  expect(place()).toBe(laid);
  expect(existsSync(own)).toBe(false);
});

it('does not take another content that lies there', () => {
  put(join(laid, 'deep/x.node'), 'planted');
  const home = place();
  expect(home.startsWith(own)).toBe(true);
  expect(readFileSync(join(home, 'deep/x.node'))).toEqual(CONTENT);
});

it('unpacks once, into a folder closed to others', () => {
  expect(place()).toBe(place());
  expect(reads).toBe(1);
  expect(statSync(own).mode & 0o077).toBe(0);
});

it('replaces a damaged file and leaves no parts', () => {
  const home = place();
  writeFileSync(join(home, 'deep/x.node'), 'damaged');
  place();
  expect(readFileSync(join(home, 'deep/x.node'))).toEqual(CONTENT);
  expect(readdirSync(join(home, 'deep'))).toEqual(['x.node']);
});

it('keeps off folders that others can write, or put another in the place of', () => {
  const [open, link, exposed] = [join(folder, 'open'), join(folder, 'link'), join(folder, 'exposed')];
  mkdirSync(open);
  chmodSync(open, 0o777);
  symlinkSync(folder, link);
  mkdirSync(exposed);
  chmodSync(exposed, 0o777);
  expect(place([open, link, join(exposed, 'hip'), own]).startsWith(own)).toBe(true);
  chmodSync(exposed, 0o1777);
  expect(place([join(exposed, 'hip')]).startsWith(exposed)).toBe(true);
});

it('says of every folder why it would not do', () => {
  put(join(folder, 'a-file'), '');
  const tried = [join(folder, 'a-file'), join(folder, 'a-file/below')];
  expect(() => place(tried)).toThrow(NoPlace);
  try {
    place(tried);
  } catch (error) {
    expect((error as NoPlace).reasons).toEqual([`${tried[0]}: EEXIST`, `${tried[1]}: ENOTDIR`]);
  }
});
