/** How a sealed secret is told from a plain one. Apart from what seals and opens it: every command asks this. */
export const SEAL_PREFIX = 'dpapi:';

export function isSealed(text: string): boolean {
  return text.startsWith(SEAL_PREFIX);
}
