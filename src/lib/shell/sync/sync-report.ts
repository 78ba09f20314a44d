import { basename } from 'node:path';
import { countOf, countPunches } from '../../count.js';
import { EXIT } from '../../errors.js';
import type { FileReport, PassTotals } from '../../sync/report.js';
import { renderTable } from '../terminal/table.js';
import type { SyncReport } from './sync-run.js';
import { renderSource } from './sync-status.js';

/** More rows than a person reads at once; the totals count them all, and `--json` lists them. */
const MOST_ROWS = 100;
const MOST_LINES = 10;

/** A wrong folder is a wrong setting; beside that, what is unreachable is worth more than what a person may look at. */
export function exitCodeOfSync(report: SyncReport): (typeof EXIT)[keyof typeof EXIT] {
  const unreadable = report.files.filter((file) => file.state === 'unreadable');
  const sources = new Set(report.sources.map(({ path }) => path));
  const isMissing = ({ path, problem }: FileReport): boolean =>
    sources.has(path) && problem?.reason === 'not-found';
  if (unreadable.some(isMissing)) return EXIT.usage;
  if (report.fault) return EXIT.unreachable;
  const needsPerson =
    report.totals.rejected > 0 ||
    report.refusedByDatabase > 0 ||
    unreadable.length > 0 ||
    report.files.some(({ doubtful }) => doubtful) ||
    report.sources.some(({ stale }) => stale);
  return needsPerson ? EXIT.needsPerson : EXIT.done;
}

/** @param width terminal columns; undefined when the output is piped */
export async function renderSync(report: SyncReport, width: number | undefined): Promise<string> {
  if (report.alreadyRunning) return 'Another hip sync is at work on this journal; this one did nothing.';
  const shown = report.files.filter((file) => file.state !== 'ignored' && file.state !== 'unchanged');
  const parts = [
    shown.length === 0 ? '' : await renderFiles(shown.slice(0, MOST_ROWS), width),
    wrap(shown.flatMap(notesOf).slice(0, MOST_ROWS), width),
    wrap(renderTotals(report, Math.max(0, shown.length - MOST_ROWS)), width),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function renderFiles(files: readonly FileReport[], width: number | undefined): Promise<string> {
  const count = (value: number, file: FileReport): number | string => (file.state === 'read' ? value : '-');
  return renderTable<FileReport>(
    [
      { title: 'FILE', value: ({ path }) => basename(path), shrink: true },
      { title: 'FORMAT', value: ({ format }) => format ?? '-' },
      { title: 'NEW', value: (file) => count(file.punches, file), align: 'right' },
      { title: 'KNOWN', value: (file) => count(file.duplicates, file), align: 'right' },
      { title: 'REFUSED', value: (file) => count(file.rejected.length, file), align: 'right' },
      { title: 'STATE', value: stateOf },
    ],
    files,
    width,
  );
}

function stateOf({ state, pendingTail, archivedTo }: FileReport): string {
  if (state !== 'read') return state;
  if (pendingTail) return `line ${pendingTail.line} waits`;
  return archivedTo === null ? 'read' : 'read, moved';
}

function notesOf(file: FileReport): string[] {
  const name = basename(file.path);
  const { rejected, problem, remarks } = file;
  const lines = rejected
    .slice(0, MOST_LINES)
    .map(({ line, reason, text }) => `  line ${line}: ${reason}: ${printable(text)}`);
  if (rejected.length > MOST_LINES)
    lines.push(`  and ${rejected.length - MOST_LINES} more: hip quarantine list`);
  const heads = [...(problem ? [problem.text] : []), ...remarks];
  if (heads.length === 0 && lines.length > 0) heads.push('some lines could not be read');
  return heads.length === 0 ? [] : [...heads.map((text) => `${name}: ${text}`), ...lines];
}

/** One line of a terminal, whatever stands in the file. */
function printable(text: string): string {
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return clean.length > 48 ? `${clean.slice(0, 47)}…` : clean;
}

function renderTotals(report: SyncReport, unlisted: number): string[] {
  const { totals, files, delivered, waiting, target, dryRun } = report;
  const lines = report.sources.filter(({ stale }) => stale).map((source) => `! ${renderSource(source)}`);
  if (unlisted > 0)
    lines.push(
      `${unlisted} more ${unlisted === 1 ? 'file is' : 'files are'} not listed here (--json has all).`,
    );
  lines.push(...renderCounts(totals, files), ...renderFolders(report.foldersNotRead));
  if (totals.rejected > 0 && !dryRun) lines.push('What was refused is kept: hip quarantine list');
  if (dryRun) return [...lines, 'Nothing was written (--dry-run).'];
  if (target === null)
    lines.push(
      `No database is configured: ${countPunches(waiting)} wait${waiting === 1 ? 's' : ''} in the journal.`,
    );
  else lines.push(`${delivered} delivered to ${target}, ${waiting} waiting.`);
  if (report.refusedByDatabase > 0) {
    lines.push(`${report.refusedByDatabase} refused by the database: hip punches --state rejected`);
  }
  if (report.fault)
    lines.push(`! ${report.fault.message}. All punches are safe here. ${report.fault.remedy}`);
  return lines;
}

function renderCounts(totals: PassTotals, files: readonly FileReport[]): string[] {
  const having = (state: FileReport['state']): number => files.filter((file) => file.state === state).length;
  const others = [
    [having('unchanged'), 'unchanged'],
    [having('ignored'), 'ignored for their age'],
    [having('unclaimed'), 'that no format knows'],
    [having('unreadable'), 'that could not be read'],
    [files.filter(({ archivedTo }) => archivedTo !== null).length, 'moved away as finished'],
  ] as const;
  const counts = others.filter(([count]) => count > 0).map(([count, word]) => `, ${count} ${word}`);
  return [
    `${countOf(having('read'), 'file')} read${counts.join('')}.`,
    `${countOf(totals.punches, 'new punch', 'new punches')}, ${totals.duplicates} known, ${totals.rejected} refused, ${countOf(totals.skipped, 'line')} without punches.`,
  ];
}

/** A program that begins a folder for each year would otherwise fall silent on New Year's Day. */
function renderFolders(folders: readonly string[]): string[] {
  if (folders.length === 0) return [];
  const named = folders.slice(0, 3).map((path) => basename(path));
  const more = folders.length > named.length ? ', …' : '';
  const are = folders.length === 1 ? 'is' : 'are';
  return [`${countOf(folders.length, 'folder')} inside ${are} not read: ${named.join(', ')}${more}`];
}

/** Breaks between words for a terminal; what is piped stays as it is. */
function wrap(lines: readonly string[], width: number | undefined): string {
  if (width === undefined) return lines.join('\n');
  return lines.flatMap((line) => (line.length <= width ? [line] : wrapLine(line, width))).join('\n');
}

function wrapLine(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= width || line.trim() === '') {
      line = longer;
    } else {
      lines.push(line);
      line = `  ${word}`;
    }
  }
  return [...lines, line];
}
