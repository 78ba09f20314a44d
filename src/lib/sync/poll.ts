import { discover, type Source } from './discover.js';
import { isStill } from './parts.js';

/**
 * Whether the sources look otherwise than at the last call; the first call always says so. By looking again and
 * again: notices of the operating system don't come from shares and are lost when many files change at once.
 * A file that has been still for long enough looks otherwise too: then its last line may be taken.
 */
export function createChangeDetector(sources: readonly Source[], now: () => Date): () => Promise<boolean> {
  let before: string | null = null;
  return async () => {
    const { files, unreadable } = await discover(sources);
    const seen = [
      ...files.map(({ path, look }) => `${path} ${look.stamp} ${isStill(look.mtimeMs, now())}`),
      ...unreadable.map(({ path, problem }) => `${path} ${problem?.reason}`),
    ].join('\n');
    const changed = seen !== before;
    before = seen;
    return changed;
  };
}
