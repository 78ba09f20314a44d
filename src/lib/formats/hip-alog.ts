import { type WallTime, wallAt } from '../punch.js';
import { splitCells } from './cells.js';
import type { ChunkBuilder, Handled } from './chunk.js';
import {
  type Clock,
  clockOf,
  type DateRules,
  joinMoment,
  type Meridiem,
  type Moment,
  meridiemOf,
  parseClock,
  parseDate,
} from './dates.js';
import { type Device, deviceOf } from './device.js';
import { isProse, isTotal } from './footer.js';
import type { FileHead, RejectReason } from './format.js';
import { scanPlainRow } from './hip-alog-row.js';
import {
  findMoment,
  type IdCell,
  type Places,
  SECOND_WORD,
  splitCellLine,
  splitLine,
  wordsOf,
} from './hip-alog-words.js';
import type { RowReader, RowSetup, TextFormat } from './rows.js';
import { foldDigits } from './text.js';
import { createTextFormat } from './text-format.js';

/**
 * HIP Premium Time's automatic download (`alog\*.txt`). Nobody publishes its layout; known for sure is: user id
 * second, then date, time and AM/PM as the PC's regional settings write them, then more words (hip-files.md a). So
 * the date is found by its shape, the id stands before it (names may stand between), and status and verify stay
 * null until a real file proves the last columns.
 */
const alog: TextFormat = {
  name: 'hip-alog',
  unclearDates: true,
  isTitle: isExportStamp,
  claims: (head, fileName) => {
    // A download that found nothing can be empty; only the name tells then.
    if (head.whole && head.lines.every((line) => line.trim() === '')) return /\.txt$/i.test(fileName);
    return head.lines.slice(0, 10).some(isExportStamp) || mostLinesAreRows(head);
  },
  openRows: createRows,
};

export const hipAlog = createTextFormat(alog);

interface AlogState {
  /** Place of the user id among the words, from the titles; the second word without titles. */
  readonly idWord: number;
  /** Where a sign parts the titles: the cell of the id. */
  readonly idCell?: IdCell | null;
}

const DELIMITERS = [',', ';', '|'] as const;
const EXPORT_STAMP = /date\s*export/i;
const RULER = /^[\s\-_=*+|]*$/;
const RULER_PART = /---/;
const ID_TITLE =
  /^(id|no\.?id|user|userid|user-id|enno|enroll|enrollno|empno|badge|รหัส|รหัสที่เครื่อง|รหัสพนักงาน|ລະຫັດ)$/i;
const TITLE_WORD = /^(no\.?|date|time|name|verify|type|ลำดับ|วันที่|เวลา|ชื่อ|ລຳດັບ|ວັນທີ|ເວລາ|ຊື່)$/i;
/** Date and time. */
const PLAIN_FIELDS = 2;
/** A first word with a number before any letter: a row's, read or not, never a remark's. */
const NUMBER_FIRST = /^[^\p{L}\d]*\d/u;
const HAS_DIGIT = /\d/;
/** A row that is read in no way must not go for a remark: it begins with a number and has a date or time in it. */
const UNREAD_ROW = /^\W*\d.*(?:\d[/-]\d{1,2}[/-]\d|\d:\d{2})/;

function isExportStamp(line: string): boolean {
  return EXPORT_STAMP.test(line);
}

function createRows(setup: RowSetup): RowReader {
  const { context, rules } = setup;
  const device = deviceOf({}, { machines: context.machines, fallback: context.defaultDeviceSn });
  const days = new Days(rules);
  const state = setup.state as AlogState | undefined;
  let idWord = state?.idWord ?? SECOND_WORD;
  let idCell = state?.idCell ?? null;
  return {
    read(line, out) {
      const plain = idWord === SECOND_WORD ? readPlainRow(line, out) : null;
      if (plain !== null) return plain;
      if (isExportStamp(line)) return out.skip('title');
      if (RULER.test(line)) return out.skip('ruler');
      const cell = idCell !== null && line.includes(idCell.delimiter) ? idCell : null;
      const { words, found } = cell === null ? splitLine(line, idWord) : splitCellLine(line, cell);
      if (found === null) {
        if (takeTitles(line)) return out.skip('column-header');
        return readWithoutMoment(line, words, out);
      }
      const kind = kindOf(words, found);
      if (kind === 'aside') return out.skip('title');
      if (kind === 'unclear') return out.reject('user-id-missing');
      out.fields = words.length - found.date;
      return readPunch({ words, found, idWord: cell === null ? idWord : SECOND_WORD, device, rules }, out);
    },
    state: (): AlogState => ({ idWord, idCell }),
  };

  function takeTitles(line: string): boolean {
    const place = idWordOf(wordsOf(line));
    const cell = place === null ? idCellOf(line) : null;
    if (place === null && cell === null) return false;
    idWord = place ?? SECOND_WORD;
    idCell = cell;
    return true;
  }

  /** The shape that nearly all rows have, in one step: four times as fast, with the same result. */
  function readPlainRow(line: string, out: ChunkBuilder): Handled | null {
    const row = scanPlainRow(line);
    const day = row && HAS_DIGIT.test(row.userId) && days.of(row.date);
    if (!day) return null;
    const clock = clockOf(row, row.meridiem);
    if (typeof clock === 'string') return null;
    out.fields = PLAIN_FIELDS + (row.meridiem === null ? 0 : 1) + row.words;
    const wall = wallAt(day, [clock.hour, clock.minute, row.second]);
    return out.punch(row.userId, { wall, precision: 'second' }, { device });
  }
}

/** The days of dates as they are written; neighbours mostly share theirs. */
class Days {
  readonly #rules: DateRules;
  #written = '';
  #midnight: WallTime | null = null;

  constructor(rules: DateRules) {
    this.#rules = rules;
  }

  /** Null for what is no date. */
  of(written: string): WallTime | null {
    if (written === this.#written) return this.#midnight;
    const date = parseDate(written, this.#rules);
    const moment = typeof date === 'string' ? date : joinMoment(date, { hour: 0, minute: 0, second: 0 });
    this.#written = written;
    this.#midnight = typeof moment === 'string' ? null : moment.wall;
    return this.#midnight;
  }
}

function readWithoutMoment(line: string, words: readonly string[], out: ChunkBuilder): Handled {
  if (RULER_PART.test(line)) return out.skip('ruler');
  if (isTotal(line)) return out.skip('footer');
  if (words.some((word) => TITLE_WORD.test(word) || ID_TITLE.test(word))) return out.skip('column-header');
  // Two numbers in front are how a row begins: this one lost its date.
  if (words.length > 1 && isNumber(words[0]!) && isNumber(words[1]!)) return out.reject('date-missing');
  return UNREAD_ROW.test(foldDigits(line)) ? out.reject('date-missing') : out.skip('no-date-or-time');
}

const PAGE = /^(?:page|หน้า|ໜ້າ)(?![\p{L}\p{M}])/iu;
const REMARK = /^(?:print(?:ed|ing)?|report|from|date|พิมพ์|วันที่|ພິມ|ວັນທີ)(?![\p{L}\p{M}])/iu;

/**
 * Words around a date (`Printed by admin 15/01/2026 09:00`) are no row: neither of the first two is a number. What
 * may be either is refused, so that a person sees it; names can begin like a remark (`พิมพ์ใจ`).
 */
function kindOf(words: readonly string[], found: Places): 'aside' | 'unclear' | 'row' {
  const first = words[0]!;
  const isNumbered = words.length > 1 && isNumber(words[1]!);
  if (isTotal(first) || PAGE.test(first)) return 'aside';
  if (isNumbered && REMARK.test(first)) return 'unclear';
  if (!isNumbered && isProse(first)) return 'aside';
  if (found.date === 0 || found.time === 0 || isNumbered || isNumber(first)) return 'row';
  return NUMBER_FIRST.test(first) ? 'unclear' : 'aside';
}

interface AlogRow {
  readonly words: readonly string[];
  readonly found: Places;
  readonly idWord: number;
  readonly device: Device;
  readonly rules: DateRules;
}

function readPunch(row: AlogRow, out: ChunkBuilder): Handled {
  const { words, found } = row;
  if (found.date < 0) return out.reject('date-missing');
  const firstOfMoment = found.time < 0 ? found.date : Math.min(found.date, found.time);
  // A title of two words ("Machine No.") puts the id's title one word too far.
  const idWord = row.idWord < firstOfMoment ? row.idWord : SECOND_WORD;
  if (firstOfMoment <= idWord) return out.reject('user-id-missing');
  if (found.fault) return out.reject(found.fault);
  const moment = momentOf(row);
  if (typeof moment === 'string') return out.reject(moment);
  const userId = words[idWord]!;
  // A word that stands where the id should: part of a name. Ids of letters alone are not known.
  if (userId !== '' && !HAS_DIGIT.test(userId)) return out.reject('user-id-invalid');
  return out.punch(userId, moment, { device: row.device });
}

function momentOf({ words, found, rules }: AlogRow): Moment | RejectReason {
  const date = parseDate(words[found.date]!, rules);
  if (typeof date === 'string') return date;
  if (found.time < 0) return 'time-missing';
  const clock: Clock | RejectReason = parseClock(words[found.time]!, meridiemBeside(words, found.time));
  return typeof clock === 'string' ? clock : joinMoment(date, clock);
}

function meridiemBeside(words: readonly string[], time: number): Meridiem | null {
  const after = words[time + 1];
  return (after === undefined ? null : meridiemOf(after)) ?? meridiemOf(words[time - 1] ?? '');
}

/** From a title line, where the titles are one word each up to the id's. */
function idWordOf(words: readonly string[]): number | null {
  const at = words.findIndex((word) => ID_TITLE.test(word));
  return at >= 0 && words.some((word) => /^(date|วันที่|ວັນທີ)$/i.test(word)) ? at : null;
}

/** From a title line whose titles a sign parts. */
function idCellOf(line: string): IdCell | null {
  for (const delimiter of DELIMITERS) {
    if (!line.includes(delimiter)) continue;
    const place = idWordOf(splitCells(line, delimiter).map((cell) => cell.replace(/\s+/g, '')));
    if (place !== null) return { place, delimiter };
  }
  return null;
}

function isNumber(word: string): boolean {
  return /^\d+[.)]?$/.test(word);
}

/** Without the title that names it, a file is an alog when its lines have the shape and hardly any other has one. */
function mostLinesAreRows(head: FileHead): boolean {
  let rows = 0;
  let others = 0;
  for (const line of head.lines.slice(0, 200)) {
    if (line.trim() === '' || RULER.test(line)) continue;
    const words = wordsOf(line);
    const found = findMoment(words);
    // Titles, of which a list of few punches has more than rows.
    if (found === null ? idWordOf(words) !== null : kindOf(words, found) === 'aside') continue;
    const isRow =
      found !== null &&
      found.date > SECOND_WORD &&
      found.time > found.date &&
      isNumber(words[0]!) &&
      // A name may stand between id and date; numbers there are columns of another list, with its own id.
      !words.slice(SECOND_WORD + 1, found.date).some(isNumber);
    if (isRow) rows += 1;
    else others += 1;
  }
  return rows > 0 && rows >= others;
}
