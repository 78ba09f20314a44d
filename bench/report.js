/** What all benches tell with: tables, medians, and on what they ran. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** @param {string[][]} rows title row first; the first column is text, the others are figures */
export function render(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const pad = (cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]));
  return rows.map((cells) => cells.map(pad).join('   ').trimEnd()).join('\n');
}

export function describeMachine() {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const processors = `${availableParallelism()} x ${cpus()[0]?.model ?? 'unknown'}`;
  const load = `load ${loadavg()[0].toFixed(1)} at the end`;
  return `hip ${version}, Node ${process.version}, ${process.platform} ${process.arch}, ${processors}, ${load}`;
}

/** True for a bench that was started by itself, or named to `npm run bench`. */
export function isMain(name, url) {
  const program = process.argv[1] ?? '';
  if (url === pathToFileURL(program).href) return true;
  return program.endsWith('run.js') && process.argv[2] === name;
}
