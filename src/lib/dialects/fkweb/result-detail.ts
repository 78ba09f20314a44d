import { binaryOf, type FkBody } from './frame.js';
import { countAt, textAt } from './json.js';
import { readText } from './log-array.js';

/** What a command brought, as text for people: ids, names and counts, never a credential (fkweb.md 1.11, 1.12). */

/** Bytes per user: the id is a number in 8 bytes (last in HS100, else first), text in 20 and 36. */
const TEXT_ID_BYTES: Readonly<Record<number, number>> = { 20: 16, 36: 32 };
const NUMBER_ID_BYTES = 8;
const MAX_USERS = 10_000;
const MAX_STATUS_LINES = 100;
const MAX_VALUE_CHARS = 128;
const SECRET = /pass|pwd|secret|token|key|card|photo|image|data$/i;

/** Ids of `GET_USER_ID_LIST`, one per line; null when the message is no such list. */
export function readUserIds(body: FkBody, library: string | null): string | null {
  if (!('user_id_array' in body.json)) return null;
  const bytes = binaryOf(body, body.json.user_id_array) ?? new Uint8Array(0);
  const size = countAt(body.json, 'one_user_id_size') ?? 0;
  const textBytes = TEXT_ID_BYTES[size];
  if (textBytes === undefined && size !== NUMBER_ID_BYTES) return '';
  const isHs100 = /HS100$/i.test(textAt(body.json, 'fk_bin_data_lib') ?? library ?? '');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // HS100 lists one line per credential, so a user can come several times.
  const ids = new Set<string>();
  for (let at = 0; at + size <= bytes.length && ids.size < MAX_USERS; at += size) {
    const id =
      textBytes === undefined
        ? String(view.getUint32(isHs100 ? at + 4 : at, true))
        : readText(view, at, textBytes).replace(/[\u0000-\u001f\u007f]/g, ' ');
    if (id !== '' && id !== '0') ids.add(id);
  }
  return [...ids].join('\n');
}

/** Id and name of `GET_USER_INFO`; null when the message is no user. */
export function readUser(body: FkBody): string | null {
  const id = textAt(body.json, 'user_id', 'userId');
  if (id === null) return null;
  const name = textAt(body.json, 'user_name', 'userName', 'name') ?? '';
  return `${id}\t${name}`.slice(0, MAX_VALUE_CHARS).replace(/[\r\n]/g, ' ');
}

/** The counts of `GET_DEVICE_STATUS` and other flat answers, as `key=value` lines. */
export function readStatus(json: Readonly<Record<string, unknown>>): string | null {
  const lines = Object.entries(json).flatMap(([key, value]) => {
    if (
      !/^\w{1,64}$/.test(key) ||
      SECRET.test(key) ||
      (typeof value !== 'number' && typeof value !== 'string')
    ) {
      return [];
    }
    return [
      `${key}=${String(value)
        .slice(0, MAX_VALUE_CHARS)
        .replace(/[\r\n]/g, ' ')}`,
    ];
  });
  return lines.length === 0 ? null : lines.slice(0, MAX_STATUS_LINES).join('\n');
}
