import { FileUnreadable } from './format.js';

/**
 * What a sheet may ask of exceljs, which makes an object of every cell of a merged area and walks through every row
 * up to the last. A damaged or hostile number there would take minutes and gigabytes.
 */
export class SheetBounds {
  #rest = '';
  #mergedCells = 0;

  /**
   * @param piece of the sheet's XML, in its order
   * @throws {FileUnreadable} when it asks for too much
   */
  add(piece: string): void {
    const text = this.#rest + piece;
    const cut = text.lastIndexOf('<');
    const whole = cut < 0 ? text : text.slice(0, cut);
    this.#rest = cut < 0 ? '' : text.slice(cut, cut + MOST_TAG);
    if (BEYOND.test(whole)) throw new FileUnreadable('damaged', 'The workbook has rows beyond the last.');
    for (const [, left = '', top, right = '', bottom] of whole.matchAll(MERGED)) {
      const columns = columnOf(right) - columnOf(left) + 1;
      this.#mergedCells += Math.max(0, columns * (Number(bottom) - Number(top) + 1));
      if (this.#mergedCells > MOST_MERGED) {
        throw new FileUnreadable(
          'too-large',
          'The workbook merges too many cells: save it without merged areas.',
        );
      }
    }
  }
}

/** No tag that matters is as long. */
const MOST_TAG = 4_096;
/** Excel ends at 1,048,576: seven digits. */
const BEYOND = /<(?:\w+:)?(?:row|c)\s(?:[^<>]*\s)?r\s*=\s*["'][A-Za-z]{0,3}\d{8}/;
/** Two seconds of exceljs; sheets of people merge a title or a name at a time. */
const MOST_MERGED = 200_000;
const MERGED =
  /<(?:\w+:)?mergeCell\s+ref\s*=\s*["']\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})["']/g;

function columnOf(letters: string): number {
  return Array.from(letters).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
}
