import { type Command, Config, handle, Plugin, run } from '@oclif/core';
import { factsOf, HipError } from './lib/errors.js';
import { guardOutput, settleOutput } from './lib/shell/terminal/output.js';
import { findUnknownCommand } from './lib/shell/terminal/unknown-command.js';

/**
 * The program as one bundle: commands and manifest come from `scripts/bundle.js`, so that a start reads neither
 * package.json nor manifest, nor looks for commands in folders, which a single executable does not have.
 */
export interface Parts {
  readonly pjson: Plugin['pjson'];
  readonly manifest: Plugin['manifest'];
  readonly commands: Readonly<Record<string, () => Promise<{ readonly default: Command.Class }>>>;
  /** Folder of the program. */
  readonly root: string;
}

export async function runProgram(parts: Parts, argv: string[]): Promise<void> {
  guardOutput();
  try {
    const words = withHelpFlag(argv);
    // oclif alone would say that it is not found, but not which one was meant.
    const unknown = findUnknownCommand(words, parts.manifest.commands);
    if (unknown) throw unknown;
    await run(words, await loadConfig(parts));
    await settleOutput();
  } catch (error) {
    // Commands tell their own errors in JSON; this one never came to a command.
    if (error instanceof HipError && argv.includes('--json')) tellInJson(error);
    else await handle(error as Error);
  }
}

function tellInJson(error: HipError): void {
  console.log(JSON.stringify({ error: factsOf(error) }, null, 2));
  process.exitCode = error.oclif.exit;
}

/** `hip help sync`, as people who know git or npm type it. */
function withHelpFlag(argv: string[]): string[] {
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
}

async function loadConfig(parts: Parts): Promise<Config> {
  const { pjson, root } = parts;
  const plugin = new BundledPlugin(parts);
  await plugin.load();
  const restore = nameShell();
  try {
    return await Config.load({
      root,
      pjson,
      plugins: new Map([[plugin.name, plugin]]),
      userPlugins: false,
      devPlugins: false,
      jitPlugins: false,
    });
  } finally {
    restore();
  }
}

/** On Windows oclif would start PowerShell to learn the name of the shell, half a second that hip has no use for. */
function nameShell(): () => void {
  if (process.platform !== 'win32' || process.env.SHELL !== undefined) return () => undefined;
  process.env.SHELL = 'cmd';
  return () => {
    delete process.env.SHELL;
  };
}

/** Knows its commands instead of finding them. Sets what `Plugin.load` of @oclif/core 4.14 sets, all of it public. */
class BundledPlugin extends Plugin {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    super({ isRoot: true, pjson: parts.pjson, root: parts.root });
    this.#parts = parts;
  }

  override async load(): Promise<void> {
    const { pjson, manifest, root } = this.#parts;
    this.type = 'core';
    this.isRoot = true;
    this.root = root;
    this.pjson = pjson;
    this.name = pjson.name;
    this.alias = pjson.name;
    this.version = pjson.version;
    this.valid = true;
    this.moduleType = 'module';
    this.hooks = {};
    this.manifest = manifest;
    this.hasManifest = true;
    this.commandIDs = Object.keys(manifest.commands);
    this.commands = Object.entries(manifest.commands).map(([id, command]) => ({
      ...command,
      pluginAlias: pjson.name,
      pluginType: 'core',
      load: () => this.#find(id),
    }));
  }

  override async findCommand(id: string): Promise<Command.Class> {
    return this.#find(id);
  }

  async #find(id: string): Promise<Command.Class> {
    const load = this.#parts.commands[id];
    if (!load) throw new Error(`command ${id} not found`);
    const command = (await load()).default;
    command.id = id;
    command.plugin = this;
    return command;
  }
}
