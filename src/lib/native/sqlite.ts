import { loadAddon } from './executable.js';

/** Stands for node-gyp-build, with which @photostructure/sqlite finds its addon. */
export default function loadSqlite(): unknown {
  return loadAddon('sqlite');
}
