import type { Reading } from '../dialect.js';
import type { IclockCall } from './call.js';
import { legacyEncoding, OK, readingOf } from './call.js';
import { eachLine } from './lines.js';
import { carriesSecret } from './secrets.js';
import { Tally } from './tally.js';

/**
 * What devices tell about themselves (adms.md 8.4, 11.1), by a list of what we want: everything else, `CommKey`
 * among it, is not taken at all.
 */

/** Device's name in lower case, without the read-only mark `~`, to ours. */
const FACT_NAMES: Readonly<Record<string, string>> = {
  devicename: 'model',
  fwversion: 'firmware',
  firmwareversion: 'firmware',
  firmver: 'firmware',
  pushversion: 'pushVersion',
  pushver: 'protocolVersion',
  ipaddress: 'ip',
  mac: 'mac',
  usercount: 'userCount',
  fpcount: 'fingerCount',
  facecount: 'faceCount',
  pvcount: 'palmCount',
  transactioncount: 'punchCount',
  maxattlogcount: 'maxPunches',
  maxusercount: 'maxUsers',
  platform: 'platform',
  oemvendor: 'vendor',
  fpversion: 'fingerVersion',
  zkfpversion: 'fingerVersion',
  faceversion: 'faceVersion',
  devicetype: 'deviceType',
  language: 'language',
};

/** `&INFO=` of the first poll after a handshake, by position; old firmware sends only the first five. */
const INFO_FIELDS: readonly (string | null)[] = [
  'firmware',
  'userCount',
  'fingerCount',
  'punchCount',
  'ip',
  'fingerVersion',
  'faceVersion',
  null,
  'faceCount',
];

const MAX_VALUE_CHARS = 128;
/** A comma belongs to the value unless a key follows: `~OEMVendor=ZKTECO CO., LTD.` */
const PAIR_END = /,(?=~?[A-Za-z]\w*=)/;

export type Facts = Record<string, string>;

/** Takes a pair into the facts when it is one we want. */
export function takeFact(facts: Facts, name: string, value: string): void {
  const key = name.trim().replace(/^~/, '').toLowerCase();
  if (Object.hasOwn(FACT_NAMES, key)) setFact(facts, FACT_NAMES[key]!, value);
}

/** Comma-joined `Key=Value` text. */
export function takeFacts(facts: Facts, line: string): void {
  for (const pair of line.split(PAIR_END)) {
    const equals = pair.indexOf('=');
    if (equals > 0) takeFact(facts, pair.slice(0, equals), pair.slice(equals + 1));
  }
}

export function factsOfQuery(query: ReadonlyMap<string, string>): Facts {
  const facts: Facts = {};
  for (const [name, value] of query) takeFact(facts, name, value);
  return facts;
}

export function factsOfInfo(info: string | undefined): Facts {
  const facts: Facts = {};
  if (info === undefined) return facts;
  info.split(',', INFO_FIELDS.length).forEach((value, i) => {
    const name = INFO_FIELDS[i];
    if (name) setFact(facts, name, value);
  });
  return facts;
}

/** `table=options`: bare `OK`, since a count makes a SenseFace 2A send it for ever (adms.md 7). */
export function readOptions(call: IclockCall): Reading {
  const tally = new Tally();
  const facts: Facts = {};
  eachLine(call.request.body, legacyEncoding(call), (line) => {
    if (!line.text.includes('=')) tally.addUnread('options without key=value', line);
    else {
      takeFacts(facts, line.text);
      tally.addSkipped();
    }
  });
  return readingOf(call.sn, tally, OK, { facts });
}

function setFact(facts: Facts, key: string, value: string): void {
  const text = value.replace(/[\u0000-\u001f\u007f]/g, ' ').trim();
  if (text !== '' && text.length <= MAX_VALUE_CHARS && !carriesSecret(text)) facts[key] = text;
}
