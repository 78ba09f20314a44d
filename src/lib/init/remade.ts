import { loadConfig } from '../config.js';
import { noteRemadeByHand } from '../shell/status/remade-table.js';
import type { Surroundings } from './place.js';

/**
 * Of tables that were made: where the journal of the settings, which are in `file` by now, delivered to an older one
 * before, its rows are gone.
 */
export async function tellRemade(
  targets: readonly string[],
  { file, env, cwd }: Pick<Surroundings, 'env' | 'cwd'> & { readonly file: string },
): Promise<string[]> {
  const notes: string[] = [];
  for (const target of targets) {
    const note = await noteRemadeByHand(loadConfig({ file, env, cwd }), target);
    if (note !== null) notes.push(`${note}.`);
  }
  return notes;
}
