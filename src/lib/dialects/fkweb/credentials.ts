import type { Dropped } from '../dialect.js';
import { base64Bytes } from './base64.js';
import { binaryOf, type FkBody, slotOf } from './frame.js';
import { countAt, isObject } from './json.js';

/** What law 3 forbids to keep, counted: credentials of a user and photos (fkweb.md 1.6, 1.11). */

/** Backup numbers (five sources). */
function kindOf(backupNumber: number | null): string {
  if (backupNumber === null) return 'credential';
  if (backupNumber <= 9) return 'fingerprint template';
  if (backupNumber === 10) return 'password';
  if (backupNumber === 11) return 'card number';
  if (backupNumber === 12) return 'face template';
  if (backupNumber >= 13 && backupNumber <= 16) return 'palm template';
  if (backupNumber === 20) return 'vein template';
  return backupNumber === 30 ? 'photo' : 'credential';
}

const PHOTO_KEYS = ['log_image', 'logPhoto', 'user_photo', 'userPhoto', 'photo'];
const MAX_CREDENTIALS = 1_000;

/** Sums per kind; a slot without bytes held nothing. */
export function countDropped(body: FkBody): Dropped[] {
  const sums = new Map<string, { count: number; bytes: number }>();
  const add = (kind: string, bytes: number) => {
    if (bytes === 0) return;
    const sum = sums.get(kind) ?? { count: 0, bytes: 0 };
    sums.set(kind, { count: sum.count + 1, bytes: sum.bytes + bytes });
  };
  for (const key of PHOTO_KEYS) add('photo', sizeOf(body, body.json[key]));
  const list = body.json.enroll_data_array;
  for (const item of Array.isArray(list) ? list.slice(0, MAX_CREDENTIALS) : []) {
    if (isObject(item)) add(kindOf(countAt(item, 'backup_number')), sizeOf(body, item.enroll_data));
  }
  return [...sums].map(([kind, sum]) => ({ kind, ...sum }));
}

/** Bytes of a binary slot or of Base64 in the JSON itself. */
function sizeOf(body: FkBody, value: unknown): number {
  if (slotOf(value) !== null) return binaryOf(body, value)?.length ?? 0;
  return typeof value === 'string' ? base64Bytes(value) : 0;
}
