import { openBody } from '../dialects/fkweb/frame.js';
import { readColumns } from '../dialects/iclock/columns.js';
import type { RawRequest } from '../dialects/request.js';

/** A body without its head: what it most likely is, and a request that would have carried it. */
export interface Guess {
  readonly request: RawRequest;
  /** For people. */
  readonly taken: string;
}

/** Nobody knows whose it is. */
const UNKNOWN_SN = 'UNKNOWN';

export function guessRequest(bytes: Buffer): Guess | null {
  return guessFrame(bytes) ?? guessLines(bytes);
}

const FK_KINDS: readonly (readonly [key: RegExp, requestCode: string])[] = [
  [/"(?:io_time|ioMode|verifyMode|io_mode)"/, 'realtime_glog'],
  [/"(?:log_array|one_log_size|user_id_array)"/, 'send_cmd_result'],
  [/"(?:enroll_data_array|user_privilege)"/, 'realtime_enroll_data'],
  [/"(?:fk_info|fk_time|fk_name)"/, 'receive_cmd'],
];

function guessFrame(bytes: Buffer): Guess | null {
  const { body } = openBody(bytes);
  if (body === null) return null;
  if ('request_code' in body.json && 'dev_id' in body.json) {
    const headers = ['Content-Type', 'application/json'];
    return { taken: 'an FK message in an envelope', request: post('/', headers, bytes) };
  }
  const code = FK_KINDS.find(([key]) => key.test(body.text))?.[1];
  if (code === undefined) return null;
  const isBare = bytes[0] === 0x7b;
  const headers = ['request_code', code, 'dev_id', UNKNOWN_SN, ...(isBare ? ['dev_model', UNKNOWN_SN] : [])];
  return { taken: `an FK message of kind ${code}`, request: post('/', headers, bytes) };
}

const TABLES: readonly (readonly [line: RegExp, table: string])[] = [
  [/^(?:OPLOG|USER|FP|FACE|USERPIC|BIOPHOTO|FVEIN) ?\S/, 'OPERLOG'],
  [/^BIODATA /, 'BIODATA'],
  [/^time=.*\tevent=|^.*\tpin=.*\tevent=/, 'rtlog'],
  [/^time=.*\tsensor=/, 'rtstate'],
  [/^~?\w+=[^\t]*,~?\w+=/, 'options'],
];

function guessLines(bytes: Buffer): Guess | null {
  const text = bytes.toString('latin1').replace(/^\xef\xbb\xbf/, '');
  const lines = text
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '')
    .slice(0, 20);
  if (/^ID=.*&Return=/i.test(lines[0] ?? '')) {
    return {
      taken: 'results of commands (devicecmd)',
      request: post(`/iclock/devicecmd?SN=${UNKNOWN_SN}`, [], bytes),
    };
  }
  const shape = TABLES.find(([each]) => lines.some((line) => each.test(line)));
  const shaped = lines.filter((line) => shape?.[0].test(line)).length;
  const punches = lines.filter((line) => typeof readColumns(line, { lenient: true }) !== 'string').length;
  // A stray line of another table does not make the whole one of it.
  const name = punches > 0 && punches >= shaped ? 'ATTLOG' : (shape?.[1] ?? null);
  if (name === null) return null;
  return {
    taken: `table ${name} of an ADMS terminal without a serial number`,
    request: post(`/iclock/cdata?SN=${UNKNOWN_SN}&table=${name}`, [], bytes),
  };
}

function post(target: string, headers: readonly string[], body: Buffer): RawRequest {
  const rawHeaders = [...headers, 'Content-Length', String(body.length)];
  return { method: 'POST', target, httpVersion: '1.1', rawHeaders, body, remoteAddress: 'file' };
}
