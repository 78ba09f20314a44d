import type { Reading } from '../dialect.js';
import { textReply } from '../dialect.js';
import { answer, factOf, type IclockCall, legacyEncoding, OK, readingOf } from './call.js';
import { type Facts, factsOfQuery, takeFacts } from './facts.js';
import { eachLine } from './lines.js';
import { Tally } from './tally.js';

/**
 * Registration of access control devices (adms.md 12). The code is derived from the serial number, so that it is the
 * same after a restart and for a fresh journal; it is no credential: hip does not check the tokens made of it, the
 * serial number is all the identity there is (13).
 */

/** FNV-1a over the serial number, four times with different seeds: 32 characters, the longest a code may be. */
export function registryCode(sn: string): string {
  return [0, 1, 2, 3].map((seed) => fnv1a(`${seed}hip${sn}`)).join('');
}

/** The handshake: `OK` is the cue to register; a device that has done so is told its code and settings. */
export function readSecurityHandshake(call: IclockCall): Reading {
  const facts = { ...factsOfQuery(call.request.query), deviceType: 'acc' };
  const code = factOf(call, 'registryCode');
  if (code === undefined) return answer(call.sn, OK, { facts });
  const lines = ['registry=ok', `RegistryCode=${code}`, ...settings(call.sn), ''];
  return answer(call.sn, textReply(200, lines.join('\n')), { facts });
}

/**
 * `/iclock/registry`: a bare `OK` makes access firmware register for ever (BioFace A1), and a 404 every 15 seconds;
 * attendance firmware that calls it too is content with `OK`.
 */
export function readRegistry(call: IclockCall): Reading {
  const tally = new Tally();
  const facts: Facts = factsOfQuery(call.request.query);
  eachLine(call.request.body, legacyEncoding(call), (line) => {
    takeFacts(facts, line.text);
    tally.addSkipped();
  });
  const deviceType = facts.deviceType ?? factOf(call, 'deviceType') ?? 'acc';
  if (deviceType.toLowerCase() !== 'acc') return readingOf(call.sn, tally, OK, { facts });
  const code = factOf(call, 'registryCode') ?? registryCode(call.sn);
  const known = { ...facts, deviceType: 'acc', registryCode: code };
  return readingOf(call.sn, tally, textReply(200, `RegistryCode=${code}`), { facts: known });
}

/** `/iclock/push`, POST or GET: the settings once more. */
export function readPush(call: IclockCall): Reading {
  const deviceType = factOf(call, 'deviceType') ?? 'acc';
  const facts = { deviceType, ...factsOfQuery(call.request.query) };
  const lines = [...settings(call.sn), 'PushVersion=3.0.1', ''];
  return answer(call.sn, textReply(200, lines.join('\n')), { facts });
}

function settings(sn: string): string[] {
  return [
    'ServerVersion=3.0.1',
    'ServerName=hip',
    // Below 3.1.1 nothing is encrypted; the encryption needs the vendor's closed library.
    'PushProtVer=3.0.1',
    'ErrorDelay=30',
    'RequestDelay=10',
    // Separators as a BioFace A1 takes them; the vendor's print leaves open whether TABs are meant.
    'TransTimes=00:00;14:05',
    'TransInterval=1',
    'TransTables=User Transaction',
    'Realtime=1',
    `SessionID=${registryCode(`session ${sn}`)}`,
    'TimeoutSec=10',
  ];
}

function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}
