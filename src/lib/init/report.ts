import { lanAddresses } from '../shell/serve/addresses.js';
import type { DatabaseCheck } from '../shell/status/database-check.js';

export interface InitReport {
  readonly configFile: string;
  /** Hip finds the file by itself, without `--config`. */
  readonly found: boolean;
  /** Null where there is no password to keep. */
  readonly credentialsFile: string | null;
  /** The password can be opened on this PC only. */
  readonly sealed: boolean;
  readonly database: {
    /** Without secrets; null when there is none. */
    readonly target: string | null;
    /** `failing`: written all the same, and delivered to when it works. */
    readonly state: 'none' | 'ready' | 'table-missing' | 'failing';
    readonly links: DatabaseCheck['links'];
  };
  /** For the menu of the terminals. */
  readonly device: { readonly addresses: readonly string[]; readonly port: number };
  readonly notes: readonly string[];
}

/** What was done and what comes next, for people. */
export function renderReport(report: InitReport): string {
  const { configFile, credentialsFile, sealed, database, device, notes } = report;
  const how = sealed ? 'the password, sealed for this PC' : 'the password, readable for its owner only';
  const option = report.found ? '' : ` --config ${/\s/.test(configFile) ? `"${configFile}"` : configFile}`;
  const sudo = process.platform === 'win32' || process.getuid?.() === 0 ? '' : 'sudo ';
  return [
    '',
    `Written: ${configFile}`,
    ...(credentialsFile === null ? [] : [`         ${credentialsFile} (${how})`]),
    ...notes.map((note) => `Note: ${note}`),
    '',
    'Next:',
    ...databaseSteps(database, option),
    `  ${sudo}hip service install${option}`,
    '      runs it from now on, also after a restart',
    `  hip serve${option}`,
    '      only tries it, in this window',
    '',
    'Type this into the menu of the terminal (Comm. > Cloud Server, ADMS or Server):',
    `  Server address  ${device.addresses[0] ?? '(this PC has no network address)'}`,
    `  Server port     ${device.port}`,
  ].join('\n');
}

function databaseSteps({ state }: InitReport['database'], option: string): string[] {
  switch (state) {
    case 'failing':
      return [`  hip test-db${option}`, '      says what is wrong with the database; punches wait meanwhile'];
    case 'none':
      return [`  hip init${option}`, '      again, when there is a database; punches wait meanwhile'];
    case 'table-missing':
      return ['  (hip makes the table with the first punch)'];
    case 'ready':
      return [];
  }
}

export function deviceMenu(port: number): InitReport['device'] {
  return { addresses: lanAddresses(), port };
}
