import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { getAsset } from 'node:sea';
import { HipError, messageOf } from '../errors.js';
import { NoPlace, type Places, placeAddon } from './place.js';

/**
 * The native addons inside the single executable. `scripts/bundle.js` puts this in the place of what the packages
 * would do themselves, which is to look in their folder of node_modules.
 */

/** Asset `addons.json`, by name. */
type Index = Readonly<Record<string, { readonly path: string; readonly sha256: string } | undefined>>;

const MEANING = {
  sqlite: 'SQLite, which keeps the journal,',
  koffi: 'koffi, which talks to Windows,',
} as const;
type Name = keyof typeof MEANING;

/** Loads one and returns its exports. */
export function loadAddon(name: Name): unknown {
  const file = findAddon(name).file;
  const addon = { exports: {} };
  try {
    process.dlopen(addon, file);
  } catch (error) {
    throw blocked(name, [`${file}: ${messageOf(error)}`], error);
  }
  return addon.exports;
}

/** Makes sure that one is on disk, and says where. */
export function findAddon(name: Name): { readonly folder: string; readonly file: string } {
  const entry = (JSON.parse(getAsset('addons.json', 'utf8')) as Index)[name];
  if (!entry) throw blocked(name, ['it was made for another system']);
  const { path, sha256 } = entry;
  const read = (): Uint8Array => new Uint8Array(getAsset(name));
  try {
    const folder = placeAddon({ name, path, sha256, read }, places());
    return { folder, file: join(folder, path) };
  } catch (error) {
    if (error instanceof NoPlace) throw blocked(name, error.reasons);
    throw blocked(name, [messageOf(error)], error);
  }
}

function places(): Places {
  return { laid: join(dirname(process.execPath), 'addons'), own: ownFolders(process.env) };
}

function ownFolders(env: NodeJS.ProcessEnv): string[] {
  if (process.platform === 'win32') {
    return [join(env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'hip')];
  }
  const caches = [
    // Of a systemd unit with CacheDirectory=.
    env.CACHE_DIRECTORY?.split(':')[0],
    env.XDG_CACHE_HOME && join(env.XDG_CACHE_HOME, 'hip'),
    env.HOME && join(env.HOME, '.cache', 'hip'),
    join(tmpdir(), `hip-${process.geteuid?.()}`),
  ];
  return caches.filter((folder): folder is string => Boolean(folder));
}

function blocked(name: Name, reasons: readonly string[], cause?: unknown): HipError {
  return new HipError(
    'HIP_ADDON_BLOCKED',
    `A part of hip can't be loaded: ${MEANING[name]} is missing or blocked (${reasons.join('; ')}).`,
    {
      suggestions: [
        'If an antivirus program took it away: allow hip there, then start again',
        'Install hip with its set-up program, which lays this part beside the program',
      ],
      cause,
    },
  );
}
