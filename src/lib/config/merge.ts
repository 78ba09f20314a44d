import * as v from 'valibot';
import { HipError } from '../errors.js';
import { expandDatabaseUrl } from './database-url.js';
import type { readEnvironment } from './environment.js';
import { describeIssue, takeUnknownKeys, variableOf } from './faults.js';
import { type Config, configSchema } from './schema.js';
import { mergeTrees, type Tree } from './tree.js';

/**
 * Several sources, later ones win, to one checked configuration.
 * @throws {HipError} HIP_CONFIG_INVALID with all faults of all of them
 */
export function mergeSettings(trees: readonly Tree[], { files = [], environment }: Sources = {}): Config {
  const names = environment?.names ?? new Map<string, string>();
  const faults: Fault[] = (environment?.faults ?? []).map((text) => ({ text, isOutside: true }));
  // Each source for itself, so that HIP_DATABASE_HOST still beats a whole address in the file.
  for (const tree of trees) {
    const isOutside = tree === environment?.tree;
    const name = isOutside ? 'HIP_DATABASE_URL' : 'database.url';
    faults.push(...expandDatabaseUrl(tree, name).map((text) => ({ text, isOutside })));
  }
  const tree = mergeTrees(...trees);
  faults.push(...takeUnknownKeys(tree).map((text) => ({ text, isOutside: false })));
  const parsed = v.safeParse(configSchema, tree);
  for (const issue of parsed.issues ?? []) {
    const isOutside = variableOf(issue, names) !== undefined;
    faults.push({ text: describeIssue(issue, names), isOutside });
  }
  if (parsed.success && faults.length === 0) return parsed.output;
  throw invalid(faults, files);
}

interface Fault {
  readonly text: string;
  /** In the environment: no file is to blame. */
  readonly isOutside: boolean;
}

/** Where settings came from, for the words of their faults. */
export interface Sources {
  readonly files?: readonly string[];
  readonly environment?: Pick<ReturnType<typeof readEnvironment>, 'faults' | 'names' | 'tree'>;
}

function invalid(faults: readonly Fault[], files: readonly string[]): HipError {
  const unique = [...new Set(faults.map(({ text }) => text))];
  const places = [
    ...(faults.some(({ isOutside }) => isOutside) ? ['the environment'] : []),
    ...(faults.every(({ isOutside }) => isOutside) ? [] : files),
  ];
  const where = places.length > 0 ? ` (${places.join(', ')})` : '';
  const message =
    unique.length === 1
      ? `The configuration has a fault${where}: ${unique[0]!.replace(/([^?])$/, '$1.')}`
      : `The configuration has ${unique.length} faults${where}:\n${unique.map((fault) => `- ${fault}`).join('\n')}`;
  return new HipError('HIP_CONFIG_INVALID', message, {
    suggestions: ['All settings with their defaults stand in the README under "Configuration"'],
  });
}
