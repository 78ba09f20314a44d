import type { ForeignTraffic } from './exchange.js';
import { hide, printable, shorten, sizeText } from './hide.js';

/** First bytes that are no HTTP request: what they are, as far as the fact sheets tell (adms.md 16, fkweb.md 2.1). */

type Begin = Pick<ForeignTraffic, 'head' | 'isBehindHttp'>;

export interface ForeignWords {
  /** Also the word of the advice, where there is any. */
  readonly what: string;
  readonly sentence: string;
}

interface Kind extends ForeignWords {
  matches(head: Uint8Array, text: string): boolean;
}

const KINDS: readonly Kind[] = [
  {
    what: 'tls',
    sentence: 'An encrypted (HTTPS, TLS) greeting; this port speaks plain HTTP.',
    matches: (head) => head[0] === 0x16 && head[1] === 0x03,
  },
  {
    what: 'fk-tcp',
    sentence: 'A command of the FK binary protocol (55 AA), which programs speak to terminals on TCP 5005.',
    matches: (head) => head[0] === 0x55 && head[1] === 0xaa,
  },
  {
    what: 'fk-tcp-answer',
    sentence: 'An answer of the FK binary protocol (AA 55), which terminals give on TCP 5005.',
    matches: (head) => head[0] === 0xaa && head[1] === 0x55,
  },
  {
    what: 'zk-pull',
    sentence: 'The ZKTeco pull protocol (PP 82 7D), which programs speak to terminals on port 4370.',
    matches: (head) => head[0] === 0x50 && head[1] === 0x50 && head[2] === 0x82 && head[3] === 0x7d,
  },
  {
    what: 'rtlog',
    sentence: 'Text that begins with RTLOG: a push of its own kind that hip does not read.',
    matches: (_, text) => /^\s*RTLOG/i.test(text),
  },
  {
    what: 'http-reply',
    sentence: 'An HTTP answer where a question is due: two receivers were connected to each other.',
    matches: (_, text) => /^HTTP\/\d/.test(text),
  },
  {
    what: 'http-version',
    sentence: 'HTTP of a version that no terminal is known to speak; hip serve hangs up.',
    matches: (_, text) => /^[A-Za-z]{1,20} \S+ HTTP\/(?!1\.)\d\.\d/.test(text),
  },
  {
    what: 'broken-head',
    sentence: 'The beginning of an HTTP request that broke off, or has no end.',
    matches: (_, text) => /^(?:GET|POST|PUT|HEAD|OPTIONS|DELETE) \S/i.test(text),
  },
  {
    what: 'proxy',
    sentence: 'It takes this PC for a proxy (CONNECT).',
    matches: (_, text) => /^CONNECT /i.test(text),
  },
  {
    what: 'http2',
    sentence: 'HTTP/2 from the start; no terminal is known to speak it.',
    matches: (_, text) => text.startsWith('PRI * HTTP/2'),
  },
  {
    what: 'socks',
    sentence: 'It takes this PC for a SOCKS proxy.',
    matches: (head) => (head[0] === 5 && head.length <= 20 && head[1]! === head.length - 2) || isSocks4(head),
  },
  {
    what: 'gzip',
    sentence: 'Data packed with gzip. Unpack it to see what is in it.',
    matches: (head) => head[0] === 0x1f && head[1] === 0x8b,
  },
  {
    what: 'pcapng',
    sentence: 'A raw file for Wireshark. Name the folder that it lies in.',
    matches: (head) => head[0] === 0x0a && head[1] === 0x0d && head[2] === 0x0d && head[3] === 0x0a,
  },
  {
    what: 'ssh',
    sentence: 'An SSH client: not a terminal.',
    matches: (_, text) => text.startsWith('SSH-'),
  },
];

const LATIN1 = new TextDecoder('latin1');

export function explainForeign({ head, isBehindHttp }: Begin): ForeignWords {
  const text = LATIN1.decode(head.subarray(0, 256));
  if (isBehindHttp) {
    const sentence = `What follows the request is none: its length is wrong, or it was cut (${sizeText(head.length)} seen).`;
    return { what: 'surplus', sentence };
  }
  const kind = KINDS.find((each) => each.matches(head, text));
  if (kind?.what === 'tls') return { what: kind.what, sentence: `${kind.sentence}${serverNameWords(head)}` };
  if (kind?.what === 'fk-tcp') return { what: kind.what, sentence: `${kind.sentence}${commandWords(head)}` };
  if (kind !== undefined) return { what: kind.what, sentence: kind.sentence };
  if (head.every((byte) => byte === 0))
    return { what: 'zeros', sentence: `${sizeText(head.length)} of zeros.` };
  if (/^[\t\r\n\x20-\x7e\x80-\xff]+$/.test(text)) {
    const shown = shorten(printable(hide(text)).trim(), 60);
    return { what: 'text', sentence: `Plain text that is no HTTP: "${shown}".` };
  }
  return { what: 'binary', sentence: 'A binary protocol that hip does not know.' };
}

function isSocks4(head: Uint8Array): boolean {
  return head[0] === 4 && head[1] === 1 && head.length >= 9 && head.length <= 64 && head.at(-1) === 0;
}

/** Commands of fkweb.md 2.2 and 2.3. */
const COMMANDS: Readonly<Record<number, string>> = {
  19: 'asks what it is',
  128: 'logs in',
  129: 'locks the keypad',
  161: 'reads new punches',
  162: 'marks punches as read',
  164: 'reads all punches',
  178: 'reads the clock',
  179: 'sets the clock',
  180: 'asks for counts',
  193: 'clears data',
};

function commandWords(head: Uint8Array): string {
  const command = COMMANDS[head[3] ?? 0];
  return command === undefined || head.length < 16 ? '' : ` It ${command}.`;
}

/** The host that a TLS hello asks for (SNI): it shows which server address the terminal was given. */
function serverNameWords(hello: Uint8Array): string {
  const name = serverName(hello);
  return name === null ? '' : ` It looks for the server "${shorten(printable(name), 60)}".`;
}

function serverName(hello: Uint8Array): string | null {
  const view = new DataView(hello.buffer, hello.byteOffset, hello.length);
  const has = (at: number, bytes: number): boolean => at + bytes <= hello.length;
  // Record (5), handshake (4), version (2), random (32); then session, ciphers, compressions, each behind its length.
  let at = 43;
  if (!has(at, 1)) return null;
  at += 1 + hello[at]!;
  if (!has(at, 2)) return null;
  at += 2 + view.getUint16(at);
  if (!has(at, 1)) return null;
  at += 1 + hello[at]! + 2;
  while (has(at, 4)) {
    const kind = view.getUint16(at);
    const length = view.getUint16(at + 2);
    // In the extension: list length (2), name type (1), name length (2).
    if (kind === 0)
      return has(at, 4 + length) ? LATIN1.decode(hello.subarray(at + 9, at + 4 + length)) : null;
    at += 4 + length;
  }
  return null;
}
