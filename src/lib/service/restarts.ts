import type { Restarts } from './service.js';

/** For people: `5 s, 30 s, 2 min`. */
export function renderRestarts({ delaysMs, afterErrorExit }: Restarts): string {
  const waits = delaysMs.map((wait) => (wait === null ? 'never' : renderWait(wait)));
  const text = waits.join(', ') || 'never';
  return afterErrorExit ? text : `${text}; not after an error exit`;
}

function renderWait(ms: number): string {
  return ms > 0 && ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`;
}
