/** Room below which wrapping makes a text harder to read, not easier. */
const NARROWEST = 30;

/**
 * Broken between words; a word longer than the line stays whole, so that SQL and paths can be copied.
 * @param room columns; undefined for output that is piped, where every line stays whole
 */
export function wrapText(text: string, room: number | undefined): string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, Math.max(NARROWEST, room ?? Infinity)));
}

function wrapLine(text: string, room: number): string[] {
  if (text.length <= room) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
