import { countOf } from '../../count.js';
import type { ChainLink } from '../../sinks/chain.js';
import type { MendPlan, MendResult } from '../../sinks/table-mend.js';
import { wrapText } from '../terminal/wrap.js';

/** What `hip test-db` says to people; one link is one row, its further lines hang under the first. */

const STATE = { ok: 'ok', warn: 'WARN', fail: 'FAIL', skipped: '-' } as const;
const INDENT = ' '.repeat(31);

/** @param width columns of the terminal; undefined when piped, where lines stay whole */
export function renderLink(link: ChainLink, width?: number): string {
  const { name, state, ms, found, next, code } = link;
  const took = ms === null ? '' : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  const head = `${STATE[state].padEnd(6)}${name.padEnd(15)}${took.padStart(8)}  `;
  const advice = next === null ? [] : next.split('\n').map((line) => `-> ${line}`);
  const named = code === null ? [] : [code];
  const room = width === undefined ? undefined : width - INDENT.length;
  return head + wrapText([found, ...advice, ...named].join('\n'), room).join(`\n${INDENT}`);
}

/** @param width as of `renderLink` */
export function renderPlan(plan: MendPlan, width?: number): string {
  if (plan.byHand.length > 0)
    return [
      'Nothing is changed, because this is for a person to decide:',
      ...plan.byHand.map((hint) => hang('  ', hint, width)),
    ].join('\n');
  const { removal, steps } = plan;
  if (!removal && steps.length === 0) return 'There is nothing to mend.';
  const removing = removal
    ? [
        `move ${rows(removal.rows)} with the same device, user and time as another into the new table ${removal.backupTable}; the lowest id stays`,
      ]
    : [];
  const numbered = [...removing, ...steps.map((step) => step.says)].map((says, i) =>
    hang(`  ${i + 1}. `, says, width),
  );
  return ['The plan:', ...numbered].join('\n');
}

/** Further lines hang under the text. */
function hang(head: string, text: string, width: number | undefined): string {
  const room = width === undefined ? undefined : width - head.length;
  return head + wrapText(text, room).join(`\n${' '.repeat(head.length)}`);
}

/** `not-agreed`: nobody said yes to the plan. */
export type FixResult = MendResult | { readonly outcome: 'not-agreed' };

export function renderMend(result: FixResult): string {
  switch (result.outcome) {
    case 'not-agreed':
      return 'Nothing was changed.';
    case 'mended':
      return result.backupTable === null
        ? 'Done.'
        : `Done. ${rows(result.removed)} moved to ${result.backupTable}.`;
    case 'duplicates-stand':
      return `Nothing was changed, because ${rows(result.rows)} must move first: hip test-db --fix --remove-duplicates`;
    case 'by-hand':
      return 'Nothing was changed.';
    case 'no-right':
      return [
        `${result.fault.message}.`,
        'Somebody who may change the table can run this:',
        ...result.sql.map((sql) => `  ${sql}`),
      ].join('\n');
    case 'refused':
      return `${result.fault.message}\n  in: ${result.sql}`;
  }
}

function rows(count: number): string {
  return countOf(count, 'row');
}
