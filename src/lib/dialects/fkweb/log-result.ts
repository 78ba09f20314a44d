import { unreadBody } from './evidence.js';
import { binaryOf, type FkBody, renderFrame, slotOf } from './frame.js';
import { type GlogContext, isGlogJson, readGlogJson } from './glog.js';
import { countAt, isObject, textAt } from './json.js';
import { layoutFault, layoutOf, readSlot } from './log-array.js';
import { MAX_GATHERED_BYTES, PunchTally, type Tallied, type WrapSlots } from './punch-tally.js';

/** Punches that came together: the result of `GET_LOG_DATA` (fkweb.md 1.11). */
export interface LogResult extends Tallied {
  /** `log_count`, which may differ from what came; null when not said. */
  readonly declared: number | null;
}

/** A text this long inside a punch is a photo. */
const LONGEST_TEXT = 512;
const TOO_MANY = 'more punches than one message may bring';
const NONE = new Uint8Array(0);
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** Null when the message holds no punches at all (another kind of result). */
export function readLogResult(body: FkBody, context: GlogContext): LogResult | null {
  if ('log_array' in body.json || 'one_log_size' in body.json) return readBinaryLog(body, context);
  const list = Object.values(body.json).find((value) => Array.isArray(value) && value.some(isGlogJson));
  return Array.isArray(list) ? readJsonLog(list, body, context) : null;
}

function readBinaryLog(body: FkBody, context: GlogContext): LogResult {
  const declared = countAt(body.json, 'log_count');
  const bytes = arrayOf(body);
  if (bytes === null || bytes.length === 0) {
    // Nothing declared and nothing there is the answer of an empty memory.
    const isEmpty = bytes !== null || !declared;
    return {
      punches: [],
      unread: isEmpty ? [] : [unreadBody('log array is missing', body)],
      skipped: 0,
      declared,
    };
  }
  const library = textAt(body.json, 'fk_bin_data_lib') ?? context.library;
  const size = countAt(body.json, 'one_log_size') ?? (declared ? Math.floor(bytes.length / declared) : 0);
  return { ...readSlots({ bytes, size, library }, context), declared };
}

/** Slots of one size, one behind the other. */
interface SlotArray {
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly library: string | null;
}

function readSlots(array: SlotArray, context: GlogContext): Tallied {
  const { bytes, size } = array;
  const tally = new PunchTally(frameWrap(array));
  const layout = layoutOf(size, array.library);
  const whole = layout === null ? 0 : bytes.length - (bytes.length % size);
  let at = 0;
  for (; layout !== null && at < whole && !tally.isFull; at += size) {
    const slot = bytes.subarray(at, at + size);
    tally.add(readSlot(layout, slot, context), () => slot);
  }
  if (layout === null) addRaw(tally, layoutFault(size), array);
  else if (at < whole) addRaw(tally, TOO_MANY, { ...array, bytes: bytes.subarray(at, whole) });
  const cut = layout === null ? NONE : bytes.subarray(whole);
  if (cut.some((byte) => byte !== 0)) tally.addUnread('punch is cut short', cut);
  return tally.finish();
}

/** Slots that are not looked into, in the biggest pieces of whole slots that quarantine takes. */
function addRaw(tally: PunchTally, reason: string, { bytes, size }: SlotArray): void {
  const slots = size > 0 ? Math.floor(MAX_GATHERED_BYTES / size) : 0;
  const piece = slots > 0 ? slots * size : MAX_GATHERED_BYTES;
  for (let at = 0; at < bytes.length; at += piece) tally.addUnread(reason, bytes.subarray(at, at + piece));
}

/** The plain dialect has no public capture of this result; a list of punches in JSON is all that is assumed. */
function readJsonLog(list: readonly unknown[], body: FkBody, context: GlogContext): LogResult {
  const tally = new PunchTally(wrapJson);
  for (const item of list) {
    const bytes = () => ENCODER.encode(renderItem(item));
    if (!isGlogJson(item)) tally.addUnread('no punch', bytes());
    else if (tally.isFull) tally.addUnread(TOO_MANY, bytes());
    else tally.add(readGlogJson(item, '', context), bytes);
  }
  return { ...tally.finish(), declared: countAt(body.json, 'log_count') };
}

/** The bytes of the array. A binary that was cut short is read as far as it goes (1.12). */
function arrayOf(body: FkBody): Uint8Array | null {
  const value = body.json.log_array;
  const binary = binaryOf(body, value);
  if (binary !== undefined) return binary;
  return slotOf(value) === body.binaries.length + 1 && body.rest.length > 0 ? body.rest : null;
}

function frameWrap({ size, library }: SlotArray): WrapSlots {
  return (slots) => {
    const joined = new Uint8Array(slots.reduce((sum, slot) => sum + slot.length, 0));
    let at = 0;
    for (const slot of slots) {
      joined.set(slot, at);
      at += slot.length;
    }
    const json = {
      ...(library === null ? {} : { fk_bin_data_lib: library.slice(0, 32) }),
      log_array: 'BIN_1',
      log_count: size > 0 ? Math.floor(joined.length / size) : 0,
      one_log_size: size,
    };
    return renderFrame(json, [joined]);
  };
}

function wrapJson(slots: readonly Uint8Array[]): Uint8Array {
  return ENCODER.encode(`{"logs":[${slots.map((slot) => DECODER.decode(slot)).join(',')}]}`);
}

/** Its plain fields without a photo; what nests is no field of a punch, and could nest without end. */
function renderItem(item: unknown): string {
  if (!isObject(item)) return JSON.stringify(typeof item);
  const plain = Object.entries(item).filter(
    ([, value]) => typeof value === 'number' || (typeof value === 'string' && value.length <= LONGEST_TEXT),
  );
  return JSON.stringify(Object.fromEntries(plain));
}
