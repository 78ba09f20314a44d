import { dirname, join } from 'node:path';
import { findConfigFile, isUntouched } from '../config/locate.js';
import { mergeSettings } from '../config/merge.js';
import { createSeal } from '../config/secrets.js';
import type { Tree } from '../config/tree.js';
import { HipError } from '../errors.js';
import { mysqlSettings } from '../settings.js';
import { checkDatabase, type DatabaseCheck } from '../shell/status/database-check.js';
import { type Answers, answersOf } from './answers.js';
import { compose } from './compose.js';
import { type Found, readFiles, writeJson } from './files.js';
import { gather, type Known } from './known.js';
import { chooseFile, type Surroundings } from './place.js';
import { confirm, type Prompt } from './prompt.js';
import { type Answered, askAll, isFolder, missingPart, type Try } from './questions.js';
import { tellRemade } from './remade.js';
import { deviceMenu, type InitReport } from './report.js';

/** `hip init`: takes what is known, asks for the rest, tries the database, writes the two files. */

export interface InitOptions extends Surroundings {
  /** Folder of the previous system. */
  readonly from: string | undefined;
  /** Settings given as flags, by path. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly withoutDatabase: boolean;
  /** Create a missing schema and table. */
  readonly create: boolean;
  /** Change files that are there. */
  readonly force: boolean;
  /** Null: nobody to ask. */
  readonly prompt: Prompt | null;
  /** Told each link of the database as it is tried. */
  readonly tell: (text: string) => void;
  readonly nowMs: () => number;
  readonly width?: number | undefined;
}

/**
 * @throws {HipError} HIP_FILE_EXISTS, HIP_CONFIG_INVALID, HIP_CONFIG_UNREADABLE, HIP_CONFIG_UNWRITABLE,
 * HIP_CREDENTIALS_SEALED, HIP_USAGE when the person stops; nothing was written then
 */
export async function initialise(options: InitOptions): Promise<InitReport> {
  const file = chooseFile(options);
  const here = readFiles(file);
  await askToChange(file, here, options);
  const known = await gather(here, options);
  const made: string[] = [];
  const { answers, check } = await decide(known, options, (target) => made.push(target));
  const composed = compose(known, answers);
  mergeSettings([composed.settings]);
  const seal = await createSeal();
  const credentialsFile = join(dirname(file), 'credentials.json');
  writeJson({ file, tree: composed.settings, secret: false });
  const { secrets } = composed;
  const hasSecrets = Object.keys(secrets).length > 0;
  if (hasSecrets || here.files.includes(credentialsFile)) {
    writeJson({ file: credentialsFile, tree: sealAll(secrets, seal), secret: true });
  }
  return {
    configFile: file,
    found: findConfigFile({ ...options, named: options.env.HIP_CONFIG }) === file,
    credentialsFile: hasSecrets ? credentialsFile : null,
    sealed: hasSecrets && process.platform === 'win32',
    database: databaseReport(known, answers, check),
    device: deviceMenu(answers.port),
    notes: [...known.notes, ...notesOn(answers), ...(await tellRemade(made, { file, ...options }))],
  };
}

/** A file that nobody has changed yet, as the one that comes with hip, is nobody's work. */
async function askToChange(file: string, here: Found, { force, prompt }: InitOptions): Promise<void> {
  if (here.files.length === 0 || force || isUntouched(here.trees)) return;
  if (prompt === null) {
    throw new HipError('HIP_FILE_EXISTS', `${here.files.join(' and ')} would be changed.`, {
      suggestions: [
        '--force changes it; settings that are not asked for stay as they are',
        'Or --config FILE',
      ],
    });
  }
  prompt.say(`${file} is there already. Settings that are not asked for stay as they are.`);
  if (await confirm(prompt, 'Change it', false)) return;
  throw new HipError('HIP_USAGE', 'Nothing was changed.', {
    suggestions: ['Choose another place: --config FILE'],
  });
}

async function decide(
  known: Known,
  options: InitOptions,
  onCreated: (target: string) => void,
): Promise<Answered> {
  const { prompt } = options;
  const attempt: Try = async (database, { create }) => {
    const { settings, secrets } = compose(known, { ...answersOf(known.config), database });
    const config = mergeSettings([settings, { database: { password: secrets.password ?? null } }]);
    const { tell, nowMs, width } = options;
    const loaded = { config, importedDatabase: known.isImported };
    const asked = { create, fix: false, removeDuplicates: false };
    return checkDatabase(loaded, { ...asked, onCreated, nowMs, tell, width });
  };
  const answers = answersOf(known.config);
  if (prompt !== null) return askAll(prompt, answers, attempt);
  if (options.withoutDatabase) return { answers: { ...answers, database: null }, check: null };
  // Says what is missing where some of it is named and some is not.
  if (answers.database === null) mysqlSettings({ config: known.config, importedDatabase: false });
  const check = answers.database && (await attempt(answers.database, { create: options.create }));
  return { answers, check };
}

function sealAll(secrets: Tree, seal: (text: string) => string): Tree {
  return Object.fromEntries(Object.entries(secrets).map(([key, text]) => [key, seal(String(text))]));
}

function databaseReport(
  known: Known,
  { database }: Answers,
  check: DatabaseCheck | null,
): InitReport['database'] {
  if (database === null) return { target: null, state: 'none', links: [] };
  const links = check?.links ?? [];
  const isReady = links.every(({ state }) => state !== 'fail');
  const isMade = check !== null && missingPart(check) === 'table' && !known.isImported;
  const host = database.host.includes(':') ? `[${database.host}]` : database.host;
  return {
    target: `mysql://${host}:${database.port}/${database.database}`,
    state: isReady ? 'ready' : isMade ? 'table-missing' : 'failing',
    links,
  };
}

function notesOn({ logDir }: Answers): string[] {
  if (logDir === null || isFolder(logDir)) return [];
  return [`There is no folder ${logDir} on this PC now.`];
}
