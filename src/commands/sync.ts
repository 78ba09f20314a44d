import { Flags } from '@oclif/core';
import { BaseCommand } from '../lib/base-command.js';
import type { LoadedConfig } from '../lib/config.js';
import { silentLog } from '../lib/log.js';
import { chooseHost } from '../lib/shell/service/hosts.js';
import { rehearseSync, syncOnce } from '../lib/shell/sync/sync-app.js';
import { createProgressView, watchedBy } from '../lib/shell/sync/sync-progress.js';
import { exitCodeOfSync, renderSync } from '../lib/shell/sync/sync-report.js';
import type { SyncReport } from '../lib/shell/sync/sync-run.js';
import { createWatchProgram } from '../lib/shell/sync/watch-program.js';
import { outliveOutput } from '../lib/shell/terminal/output.js';

export default class Sync extends BaseCommand {
  static override summary = "Read the vendor program's files, then deliver; once, or at the upload times.";
  static override usage = [
    '<%= command.id %> [--once] [--dry-run] [--log-dir DIR]',
    '<%= command.id %> --watch [--log-dir DIR]',
  ];
  static override examples = [
    '<%= config.bin %> <%= command.id %> --log-dir "D:\\HIPPremiumTime-2.0.4\\alog"',
    '<%= config.bin %> <%= command.id %> --watch',
  ];
  static override flags = {
    once: Flags.boolean({
      summary: 'One run, quiet unless on a terminal: for Task Scheduler.',
      exclusive: ['watch'],
    }),
    watch: Flags.boolean({
      summary: 'Run at sync.uploadTimes until stopped; missed ones are made up for once.',
    }),
    'log-dir': Flags.string({ summary: 'Folder to read (default: sync.logDir).', helpValue: 'DIR' }),
    'dry-run': Flags.boolean({ summary: 'Show what a run would do; write nothing.', exclusive: ['watch'] }),
    service: Flags.string({
      summary: 'Name under which a service manager started this.',
      hidden: true,
      dependsOn: ['watch'],
    }),
  };

  #watching = false;

  async run(): Promise<SyncReport | undefined> {
    const { flags } = await this.parse(Sync);
    const load = (): LoadedConfig => this.loadConfig(flags, { 'sync.logDir': flags['log-dir'] });
    if (flags.watch) return this.#watch(flags.service, load);
    const loaded = load();
    const view = process.stderr.isTTY && !this.jsonEnabled() ? createProgressView(process.stderr) : null;
    const work = flags['dry-run'] ? rehearseSync : syncOnce;
    const options = { version: this.config.version, log: silentLog, ...(view && watchedBy(view)) };
    const report = await work(loaded, options).finally(() => view?.end());
    if (!flags.once || process.stdout.isTTY) await this.#print(report);
    this.exitWith(exitCodeOfSync(report));
    return report;
  }

  async #watch(service: string | undefined, load: () => LoadedConfig): Promise<undefined> {
    this.#watching = true;
    outliveOutput();
    const program = createWatchProgram({
      version: this.config.version,
      load,
      service,
      onReport: (report) => void this.#print(report),
    });
    const host = await chooseHost(service);
    await host.run(program);
    return undefined;
  }

  /** With `--watch --json` each run is one line. */
  async #print(report: SyncReport): Promise<void> {
    if (!this.jsonEnabled()) {
      this.log(await renderSync(report, process.stdout.isTTY ? process.stdout.columns : undefined));
    } else if (this.#watching) {
      process.stdout.write(`${JSON.stringify(report)}\n`);
    }
  }

  override logJson(json: unknown): void {
    if (!this.#watching) super.logJson(json);
  }
}
