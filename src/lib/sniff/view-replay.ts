import type { CaseOutcome, ReplayReport } from './replay.js';
import { paint, type ViewStyle, wrap } from './view-layout.js';

/** One case, as it is played. */
export function renderPlayed({ name, result }: CaseOutcome, style: ViewStyle): string {
  return `${name}  ${result === 'different' ? paint(style, 'red', result) : result}`;
}

/** What came of a replay. */
export function renderReplay(report: ReplayReport, style: ViewStyle): string {
  const { target, cases, same, commands, notCompared, different } = report;
  const lines = different.flatMap(({ name, differences }) => [
    paint(style, 'bold', name),
    ...differences.flatMap((difference) => wrap(difference, style.width - 4).map((line) => `    ${line}`)),
  ]);
  const totals = [
    `${cases} request${cases === 1 ? '' : 's'} to ${target}: ${same} answered as hip serve does`,
    different.length > 0 ? `${different.length} differently` : '',
    commands > 0 ? `${commands} with a command that waited there` : '',
    notCompared > 0 ? `${notCompared} not compared (no serve-reply.json)` : '',
  ];
  const total = `${totals.filter((each) => each !== '').join(', ')}.`;
  const color = different.length > 0 ? 'red' : 'green';
  return [...lines, ...wrap(total, style.width).map((line) => paint(style, color, line))].join('\n');
}
