import { nearest } from '../../config/tree.js';
import { HipError } from '../../errors.js';

/** Shorter words are near to everything. */
const SHORTEST_GUESSED = 3;

/** What oclif throws where a command does not know a flag; undefined for everything else that it throws. */
export function unknownFlagsIn(error: unknown): readonly string[] | undefined {
  const flags = error instanceof Error ? (error as { flags?: unknown }).flags : undefined;
  return Array.isArray(flags) ? flags.map(String) : undefined;
}

/** @param known the flags of the command, without dashes */
export function unknownFlag(wrong: readonly string[], known: readonly string[], command: string): HipError {
  const names = wrong.map((flag) => flag.replace(/=.*$/s, ''));
  const near = names.flatMap((name) => {
    const word = name.replace(/^-+/, '');
    const guess = word.length < SHORTEST_GUESSED ? undefined : nearest(word, known);
    return guess === undefined ? [] : [`Did you mean: --${guess}`];
  });
  const [what, ...more] = names;
  const also = more.length === 0 ? '' : ` nor ${more.join(', ')}`;
  return new HipError('HIP_USAGE', `"hip ${command}" knows no ${what}${also}.`, {
    suggestions: [...near, `See all flags: hip ${command} --help`],
  });
}

/**
 * A script whose variable is not set; the folder that it runs in, or everything, is hardly meant.
 * @param values of flags as they were read
 */
export function refuseEmpty(values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    if ([value].flat().includes('')) throw new HipError('HIP_USAGE', `--${name} is empty.`);
  }
}
