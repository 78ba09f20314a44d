import { findAddon } from './executable.js';

/** koffi looks for its addon below the folder that Electron names so; imported before it. */
Object.assign(process, { resourcesPath: findAddon('koffi').folder });
