import { hideSecrets } from './secrets.js';

/**
 * The text that a punch keeps of its line: the device's own words, printable, bounded and without what belongs to
 * nobody but the person (law 3). What is left out is always marked.
 */

const NONE: readonly string[] = [];
const MAX_RAW_CHARS = 2_048;
/** Known columns are short; longer ones can only be extras such as a template or a picture. */
const MAX_COLUMN_CHARS = 512;
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g;

export function renderRaw(line: string, hidden: readonly string[] = NONE): string {
  if (hidden.length === 0 && line.length <= MAX_COLUMN_CHARS && isPlain(line)) return hideSecrets(line);
  let text = line.length <= MAX_COLUMN_CHARS ? line : shortenColumns(line);
  text = hideSecrets(text);
  for (const secret of hidden) text = text.split(secret).join('***');
  text = text.replace(CONTROL, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
  if (text.length <= MAX_RAW_CHARS) return text;
  return `${text.slice(0, MAX_RAW_CHARS)}…(${text.length - MAX_RAW_CHARS} more)`;
}

function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < 32 && code !== 9) || (code > 126 && code < 160)) return false;
  }
  return true;
}

function shortenColumns(line: string): string {
  return line
    .split('\t')
    .map((column) => (column.length > MAX_COLUMN_CHARS ? `(${column.length} characters)` : column))
    .join('\t');
}
