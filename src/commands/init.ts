import { resolve } from 'node:path';
import { Flags } from '@oclif/core';
import { BaseCommand } from '../lib/base-command.js';
import { EXIT } from '../lib/errors.js';
import { splitTimes } from '../lib/init/answers.js';
import { initialise } from '../lib/init/init-app.js';
import { openTerminal, readPassword } from '../lib/init/input.js';
import { type InitReport, renderReport } from '../lib/init/report.js';

export default class Init extends BaseCommand {
  static override summary = 'Set hip up: ask for what it needs, try the database, write the settings.';
  static override description =
    'They go into config.json and credentials.json. ' +
    'The password is never a flag: it is asked for, or comes from HIP_DATABASE_PASSWORD or --password-stdin. ' +
    'Exits 3 when all was written, but the database does not answer yet.';
  static override usage = [
    '<%= command.id %> [--yes [--password-stdin]] [--from DIR] [--no-database | --database-host HOST] [--create] [--force] ...',
  ];
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    'HIP_DATABASE_PASSWORD=… <%= config.bin %> <%= command.id %> --yes --database-host db.example.com --database-user hip --database-name payroll',
    '<%= config.bin %> <%= command.id %> --yes --from "C:\\HIPSync"',
  ];
  static override flags = {
    yes: Flags.boolean({ char: 'y', summary: 'Ask nothing: flags, environment, --from, and defaults.' }),
    from: Flags.string({
      summary: "Folder of the previous program's config.json and credentials.json.",
      helpValue: 'DIR',
    }),
    'database-host': Flags.string({ summary: 'MySQL server.' }),
    'database-port': Flags.integer({ summary: 'Its port.', min: 1, max: 65_535 }),
    'database-user': Flags.string({ summary: 'Login name.' }),
    'database-name': Flags.string({ summary: 'Schema.' }),
    'password-stdin': Flags.boolean({
      summary: 'Read the password from standard input.',
      dependsOn: ['yes'],
    }),
    'no-database': Flags.boolean({
      summary: 'Keep punches on this PC for now.',
      exclusive: ['database-host', 'create'],
    }),
    create: Flags.boolean({ summary: 'Create the schema and the table where they are missing.' }),
    port: Flags.integer({ summary: 'Port that devices send to.', min: 1, max: 65_535 }),
    'log-dir': Flags.string({ summary: "Folder of the vendor program's files.", helpValue: 'DIR' }),
    'upload-times': Flags.string({ summary: 'When to read them.', helpValue: '08:30,17:30' }),
    force: Flags.boolean({ summary: 'Change files that are there already.' }),
  };

  async run(): Promise<InitReport> {
    const { flags } = await this.parse(Init);
    const { 'log-dir': logDir, 'upload-times': times, 'data-dir': dataDir } = flags;
    const prompt = flags.yes ? null : openTerminal();
    const given = {
      dataDir: dataDir && resolve(dataDir),
      'database.host': flags['database-host'],
      'database.port': flags['database-port'],
      'database.user': flags['database-user'],
      'database.database': flags['database-name'],
      'database.password': flags['password-stdin'] ? await readPassword(process.stdin) : undefined,
      'serve.port': flags.port,
      'sync.logDir': logDir && resolve(logDir),
      'sync.uploadTimes': times === undefined ? undefined : splitTimes(times),
    };
    try {
      const report = await initialise({
        named: flags.config,
        from: flags.from,
        given,
        env: process.env,
        cwd: process.cwd(),
        withoutDatabase: flags['no-database'],
        create: flags.create,
        force: flags.force,
        prompt,
        tell: (text) => this.log(text),
        nowMs: Date.now,
        width: process.stdout.isTTY ? process.stdout.columns : undefined,
      });
      this.log(renderReport(report));
      this.exitWith(report.database.state === 'failing' ? EXIT.unreachable : EXIT.done);
      return report;
    } finally {
      prompt?.close();
    }
  }
}
