import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { onTestFinished, vi } from 'vitest';

/** What the file system of a spawned program does with paths that end so. */
export interface FileFaults {
  /** Opening fails with this code, as Windows does with a file that another program keeps to itself (`EBUSY`). */
  readonly open?: Readonly<Record<string, string>>;
  /** Listing the folder fails with this code. */
  readonly list?: Readonly<Record<string, string>>;
  /** The file is cut to this size as soon as its size has been asked for. */
  readonly shrink?: Readonly<Record<string, number>>;
}

/** For the programs that this test starts from now on; root may read everything, so rights alone prove nothing. */
export function injectFileFaults(faults: FileFaults): void {
  const folder = mkdtempSync(join(tmpdir(), 'hip-faults-'));
  const module = join(folder, 'faults.mjs');
  writeFileSync(module, `const faults = ${JSON.stringify(faults)};\n${INJECTED}`);
  vi.stubEnv('NODE_OPTIONS', `--import=${pathToFileURL(module).href}`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
}

/** Runs in the program before all of its own; named imports of Node's modules see what is put into them here. */
const INJECTED = `
import { truncateSync } from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const { open, readdir, copyFile } = files;
const faultOf = (list, path) => Object.entries(list ?? {}).find(([end]) => String(path).endsWith(end))?.[1];
const refuse = (syscall, path, code) =>
  Promise.reject(Object.assign(new Error(code + ': injected, ' + syscall), { code, syscall, path }));

files.open = async (path, ...rest) => {
  const code = faultOf(faults.open, path);
  if (code) return refuse('open', path, code);
  const handle = await open(path, ...rest);
  const size = faultOf(faults.shrink, path);
  if (size !== undefined) {
    const stat = handle.stat.bind(handle);
    handle.stat = async (options) => {
      const stats = await stat(options);
      truncateSync(path, size);
      return stats;
    };
  }
  return handle;
};
files.copyFile = (path, ...rest) => {
  const code = faultOf(faults.open, path);
  return code ? refuse('copyfile', path, code) : copyFile(path, ...rest);
};
files.readdir = (path, ...rest) => {
  const code = faultOf(faults.list, path);
  return code ? refuse('scandir', path, code) : readdir(path, ...rest);
};
syncBuiltinESMExports();
`;
