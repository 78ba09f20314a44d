import { printable, shorten } from './hide.js';

/** The operation log of ADMS terminals for people (adms.md 8.2, 9.3); names and credentials are not shown. */

const OPERATIONS: Readonly<Record<number, string>> = {
  0: 'power on',
  1: 'power off',
  2: 'verification failed',
  3: 'alarm',
  4: 'menu opened',
  5: 'setting changed',
  6: 'fingerprint enrolled',
  7: 'password enrolled',
  8: 'card enrolled',
  9: 'user deleted',
  10: 'fingerprint deleted',
  11: 'password deleted',
  12: 'card deleted',
  13: 'DATA CLEARED on the terminal',
  21: 'clock set by hand',
  22: 'factory reset',
  23: 'PUNCHES DELETED on the terminal',
  24: 'administrators cleared',
  29: 'door unlocked',
  30: 'new user',
  35: 'photos deleted',
  36: 'user changed',
  70: 'user renamed',
  76: 'IP address changed',
  77: 'netmask changed',
  78: 'gateway changed',
  79: 'DNS changed',
  80: 'network password changed',
  81: 'device ID changed',
  82: 'cloud server address changed',
  83: 'cloud server port changed',
};
const MOST_LINES = 8;

export function operationLines(body: Uint8Array): string[] {
  const text = new TextDecoder().decode(body.subarray(0, 65_536));
  const others = new Map<string, number>();
  const lines: string[] = [];
  for (const line of text.split(/[\r\n]+/)) {
    if (line.trim() === '') continue;
    const operation = /^OPLOG (\d{1,4})\t[^\t]*\t([^\t]{0,40})/.exec(line);
    const tag = /^([A-Za-z]\w{0,31})[ \t]/.exec(line)?.[1]?.toUpperCase() ?? 'without a name';
    if (operation === null) others.set(tag, (others.get(tag) ?? 0) + 1);
    else lines.push(operationText(Number(operation[1]), operation[2]!));
  }
  const shown = lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), '…'] : lines;
  return [...shown, ...[...others].map(([tag, count]) => `${count} × ${tag} (not shown: personal)`)];
}

function operationText(code: number, time: string): string {
  return `${shorten(printable(time), 20)}  ${OPERATIONS[code] ?? `operation ${code}`}`;
}
