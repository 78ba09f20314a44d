import type { Reading } from '../dialect.js';
import { type IclockCall, OK, readingOf } from './call.js';
import { stampsOf } from './stamps.js';
import { Tally } from './tally.js';

/** Photos are acknowledged with a bare `OK` and never decoded, whatever their form (adms.md 8.3): not kept, law 3. */
export function readPhoto(call: IclockCall, table: string): Reading {
  const tally = new Tally();
  const bytes = call.request.body.length;
  if (bytes > 0) tally.addDropped('attendance photo', bytes);
  return readingOf(call.sn, tally, OK, { stamps: stampsOf(call.request, table) });
}
