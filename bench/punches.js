/**
 * The bytes of one device's upload, ready to be sent again and again: only the digits of user and time change, in
 * place, so that the generator costs next to nothing beside the server it measures.
 */

const FIRST_SECOND = Date.UTC(2026, 0, 1) / 1000;
const USERS = 500;
const LINE = '1000\t2026-01-01 00:00:00\t0\t1\t0\t0\t0\n';

/**
 * @param {{serial: string, startSecond?: number, lines?: number, close?: boolean}} device
 * @returns {{bytes: Buffer, next: () => void}} `next` turns the bytes into the device's following punch
 */
export function createPunchRequest({ serial, startSecond = 0, lines = 1, close = false }) {
  const body = LINE.repeat(lines);
  const head = [
    `POST /iclock/cdata?SN=${serial}&table=ATTLOG&Stamp=9999 HTTP/1.1`,
    'Host: 127.0.0.1',
    'User-Agent: iClock Proxy/1.09',
    'Accept: */*',
    'Content-Type: text/plain',
    ...(close ? ['Connection: close'] : []),
    `Content-Length: ${body.length}`,
  ].join('\r\n');
  const bytes = Buffer.from(`${head}\r\n\r\n${body}`, 'latin1');
  const bodyAt = head.length + 4;
  let sent = 0;
  return {
    bytes,
    next() {
      // A person passes, the next second the next person: user and time of no two punches are the same.
      for (let at = bodyAt; at < bytes.length; at += LINE.length) {
        writeDigits(bytes, at, 1000 + (sent % USERS));
        writeTime(bytes, at + 5, FIRST_SECOND + startSecond + sent);
        sent += 1;
      }
    },
  };
}

let shownDay = -1;
let dayText = Buffer.alloc(10);

function writeTime(bytes, at, seconds) {
  const day = Math.floor(seconds / 86_400);
  if (day !== shownDay) {
    shownDay = day;
    dayText = Buffer.from(new Date(day * 86_400_000).toISOString().slice(0, 10), 'latin1');
  }
  dayText.copy(bytes, at);
  const rest = seconds - day * 86_400;
  writePair(bytes, at + 11, Math.floor(rest / 3600));
  writePair(bytes, at + 14, Math.floor(rest / 60) % 60);
  writePair(bytes, at + 17, rest % 60);
}

function writePair(bytes, at, value) {
  bytes[at] = 48 + Math.floor(value / 10);
  bytes[at + 1] = 48 + (value % 10);
}

function writeDigits(bytes, at, value) {
  writePair(bytes, at, Math.floor(value / 100));
  writePair(bytes, at + 2, value % 100);
}
