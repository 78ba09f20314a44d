import { Command, Flags, type Interfaces } from '@oclif/core';
import { type LoadedConfig, loadConfig } from './config.js';
import { EXIT, factsOf, HipError } from './errors.js';
import { refuseEmpty, unknownFlag, unknownFlagsIn } from './shell/terminal/flag-faults.js';

type BaseFlags = Interfaces.InferredFlags<typeof BaseCommand.baseFlags>;

/** What all commands share: where settings and data are, `--json`, and how errors look. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;

  static override baseFlags = {
    config: Flags.string({
      summary: 'Configuration file (default: ./config.json, then the machine folder).',
      helpValue: 'FILE',
      helpGroup: 'COMMON',
    }),
    'data-dir': Flags.string({
      summary: 'Folder of journal and logs.',
      helpValue: 'DIR',
      helpGroup: 'COMMON',
    }),
  };

  /** Loads settings and shows what a person should know about them, on stderr so that piped output stays clean. */
  protected loadConfig(flags: BaseFlags, settings: Readonly<Record<string, unknown>> = {}): LoadedConfig {
    const loaded = loadConfig({ file: flags.config, flags: { dataDir: flags['data-dir'], ...settings } });
    if (!this.jsonEnabled()) for (const note of loaded.notes) this.logToStderr(`Note: ${note}`);
    return loaded;
  }

  /** Columns of the terminal; undefined when piped, where lines stay whole. */
  protected get terminalWidth(): number | undefined {
    return process.stdout.isTTY ? process.stdout.columns : undefined;
  }

  /** Ends well, with an exit code that says more than "done". */
  protected exitWith(code: (typeof EXIT)[keyof typeof EXIT]): void {
    process.exitCode = code;
  }

  /**
   * An argument that can't be read is a usage error; oclif throws it bare, which would look like a bug of ours. A flag
   * that it does not know makes it print the whole help instead of the flag that was meant.
   */
  protected override async parse<
    F extends Interfaces.OutputFlags<F>,
    B extends Interfaces.OutputFlags<B>,
    A extends Interfaces.OutputArgs<A>,
  >(options?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    const command = this.id?.replaceAll(':', ' ') ?? '';
    try {
      const parsed = await super.parse(options, argv);
      refuseEmpty(parsed.flags);
      return parsed;
    } catch (error) {
      const unknown = unknownFlagsIn(error);
      if (unknown) throw unknownFlag(unknown, this.#flagNames(), command);
      if (!(error instanceof Error) || exitOf(error) !== EXIT.bug) throw error;
      throw new HipError('HIP_USAGE', `${error.message}.`, { suggestions: [`hip ${command} --help`] });
    }
  }

  #flagNames(): string[] {
    const flags = Object.entries({ ...this.ctor.baseFlags, ...this.ctor.flags });
    const names = flags.flatMap(([name, flag]) => {
      if (flag.hidden) return [];
      return flag.type === 'boolean' && flag.allowNo ? [name, `no-${name}`] : [name];
    });
    return this.ctor.enableJsonFlag ? [...names, 'json'] : names;
  }

  /** With `--json` oclif itself would end every error with 1. */
  protected override async catch(error: Interfaces.CommandError): Promise<unknown> {
    if (this.jsonEnabled()) process.exitCode ??= exitOf(error);
    return super.catch(error);
  }

  /** In `--json` an error is one object with the same facts that people read. */
  protected override toErrorJson(error: unknown): unknown {
    if (error instanceof HipError) return { error: factsOf(error) };
    const message = error instanceof Error ? error.message : String(error);
    return { error: { code: exitOf(error) === EXIT.usage ? 'HIP_USAGE' : 'BUG', message, suggestions: [] } };
  }
}

function exitOf(error: unknown): number {
  const oclif =
    typeof error === 'object' && error !== null ? (error as { oclif?: { exit?: number } }).oclif : undefined;
  return oclif?.exit ?? EXIT.bug;
}
