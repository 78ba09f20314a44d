import * as v from 'valibot';
import { HipError } from '../errors.js';
import { expandDatabaseUrl } from './database-url.js';
import type { readEnvironment } from './environment.js';
import { describeIssue, takeUnknownKeys } from './faults.js';
import { type Config, configSchema } from './schema.js';
import { mergeTrees, type Tree } from './tree.js';

/**
 * Several sources, later ones win, to one checked configuration.
 * @throws {HipError} HIP_CONFIG_INVALID with all faults of all of them
 */
export function mergeSettings(trees: readonly Tree[], sources: Sources = {}): Config {
  const { files = [], environment } = sources;
  // Each source for itself, so that HIP_DATABASE_HOST still beats a whole address in the file.
  const url = trees.flatMap(expandDatabaseUrl);
  const tree = mergeTrees(...trees);
  const unknown = takeUnknownKeys(tree);
  const parsed = v.safeParse(configSchema, tree);
  const names = environment?.names ?? new Map<string, string>();
  const issues = (parsed.issues ?? []).map((issue) => describeIssue(issue, names));
  const faults = [...(environment?.faults ?? []), ...url, ...unknown, ...issues];
  if (!parsed.success || faults.length > 0) throw invalid(faults, files);
  return parsed.output;
}

/** Where settings came from, for the words of their faults. */
export interface Sources {
  readonly files?: readonly string[];
  readonly environment?: Pick<ReturnType<typeof readEnvironment>, 'faults' | 'names'>;
}

function invalid(faults: readonly string[], files: readonly string[]): HipError {
  const unique = [...new Set(faults)];
  const where = files.length > 0 ? ` (${files.join(', ')})` : '';
  const message =
    unique.length === 1
      ? `The configuration has a fault${where}: ${unique[0]!.replace(/([^?])$/, '$1.')}`
      : `The configuration has ${unique.length} faults${where}:\n${unique.map((fault) => `- ${fault}`).join('\n')}`;
  return new HipError('HIP_CONFIG_INVALID', message, {
    suggestions: ['All settings with their defaults stand in the README under "Configuration"'],
  });
}
