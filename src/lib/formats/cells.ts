/**
 * Cells of one line; quotes as in RFC 4180. A quote that is never closed is a character like others: it must not
 * swallow the neighbours.
 */
export function splitCells(line: string, delimiter: string): string[] {
  if (!line.includes('"')) return line.split(delimiter);
  const cells: string[] = [];
  let at = 0;
  while (at <= line.length) {
    const quoted = line[at] === '"' ? closingQuote(line, at, delimiter) : -1;
    const end = quoted >= 0 ? quoted + 1 : endOfCell(line, at, delimiter);
    cells.push(quoted >= 0 ? line.slice(at + 1, quoted).replaceAll('""', '"') : line.slice(at, end));
    at = end + 1;
  }
  return cells;
}

/** The last cell begins with a quote that the text doesn't close. */
export function hasOpenQuote(text: string, delimiter: string): boolean {
  let at = text.includes('"') ? 0 : text.length + 1;
  while (at <= text.length) {
    const quoted = text[at] === '"' ? closingQuote(text, at, delimiter) : -1;
    if (text[at] === '"' && quoted < 0) return true;
    at = (quoted >= 0 ? quoted + 1 : endOfCell(text, at, delimiter)) + 1;
  }
  return false;
}

/** Place of the quote that ends the cell which begins at `at`; -1 when none does. */
function closingQuote(line: string, at: number, delimiter: string): number {
  let quote = line.indexOf('"', at + 1);
  while (quote >= 0) {
    if (line[quote + 1] === '"') quote = line.indexOf('"', quote + 2);
    else return quote + 1 === line.length || line.startsWith(delimiter, quote + 1) ? quote : -1;
  }
  return -1;
}

function endOfCell(line: string, at: number, delimiter: string): number {
  const end = line.indexOf(delimiter, at);
  return end < 0 ? line.length : end;
}
