import type { DateOrder } from './format.js';
import { foldDigits } from './text.js';

/**
 * Whether a file writes the day or the month first. One date that only one reading allows settles it; evidence for
 * both makes every unclear date refused; with none the day comes first, as is the norm in Thailand and Laos
 * (hip-files.md, "Text, dates, digits"). A title's date ("Date Export") counts where the lines say nothing: the
 * same program wrote it on the same PC.
 */
export type OrderRule = DateOrder | 'conflict';

/** JSON; part of the checkpoint note, so that a file that grows keeps what it has settled. */
export interface OrderEvidence {
  readonly dmy: boolean;
  readonly mdy: boolean;
  readonly title: DateOrder | null;
}

export const NO_EVIDENCE: OrderEvidence = { dmy: false, mdy: false, title: null };

const DATE_WORD = /(?:^|[\s,;|"])(\d{1,2})([/.-])(\d{1,2})\2(?:\d{4}|\d{2})(?=$|[\s,;|"T])/;
/** February as in a leap year: the year does not matter for the order. */
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Gathers evidence line by line; the first date of a line counts. */
export class OrderSurvey {
  #dmy: boolean;
  #mdy: boolean;
  #title: DateOrder | null;

  constructor(known: OrderEvidence) {
    this.#dmy = known.dmy;
    this.#mdy = known.mdy;
    this.#title = known.title;
  }

  /** @param isTitle tells a line whose date is when the file was made, not when somebody stood at a device */
  add(line: string, isTitle: (line: string) => boolean = () => false): void {
    const match = DATE_WORD.exec(foldDigits(line));
    if (!match) return;
    const order = orderOf(Number(match[1]), Number(match[3]));
    if (order === null || order === 'neither') return;
    if (order === 'dmy' ? this.#dmy : this.#mdy) return;
    if (isTitle(line)) this.#title = order;
    else if (order === 'dmy') this.#dmy = true;
    else this.#mdy = true;
  }

  get evidence(): OrderEvidence {
    return { dmy: this.#dmy, mdy: this.#mdy, title: this.#title };
  }
}

/** @param chosen the operator's word, which stands wherever the file's own evidence doesn't settle it */
export function ruleOf(evidence: OrderEvidence, chosen: DateOrder | null): OrderRule {
  if (evidence.dmy && evidence.mdy) return chosen ?? 'conflict';
  if (evidence.dmy) return 'dmy';
  if (evidence.mdy) return 'mdy';
  return chosen ?? evidence.title ?? 'dmy';
}

/** The only order in which the two numbers can be day and month; null when both can. */
export function orderOf(first: number, second: number): DateOrder | 'neither' | null {
  const dmy = isDayOfMonth(first, second);
  const mdy = isDayOfMonth(second, first);
  if (dmy) return mdy ? null : 'dmy';
  return mdy ? 'mdy' : 'neither';
}

function isDayOfMonth(day: number, month: number): boolean {
  return day >= 1 && day <= (MONTH_DAYS[month - 1] ?? 0);
}
