import type { WireRequest } from '../dialects/dialect.js';
import { decodeBase64, encodeBase64 } from '../dialects/fkweb/base64.js';
import { type FkMessage, isFkRequest, parseMessage } from '../dialects/fkweb/message.js';
import { createWireRequest, type RawRequest } from '../dialects/request.js';
import { isDeviceSn } from '../punch.js';
import type { SniffedExchange } from './exchange.js';
import { scrubJson } from './scrub-fields.js';
import { renderHeaders, scrubHeaders, scrubReply, scrubTarget, withoutSerials } from './scrub-http.js';
import { bytesOf, latin1, scrubBody } from './scrub-lines.js';
import { MessageScrubber } from './scrub-message.js';
import { type HeldPart, MessageParts } from './scrub-parts.js';

/**
 * Takes out of exchanges what belongs to persons and what opens doors: names, passwords, card numbers, templates,
 * photos, keys, tokens, cookies. Serial numbers and user ids become others, always the same ones. What is left has
 * the same lengths and the same structure, and is read in the same way: same dialect, times, statuses, number of
 * punches. The same exchange always becomes the same one.
 *
 * It knows the fields of the dialects. In text of no known form it takes out what has a telling name, long Base64,
 * pictures and all that is not ASCII; a name in Latin letters between other words it can't know.
 */
export interface Scrubber {
  /** What is ready to be kept; the leading parts of a message wait for its last. */
  scrub(exchange: SniffedExchange): readonly SniffedExchange[];
  /** What still waits. */
  flush(): readonly SniffedExchange[];
}

export function createScrubber(): Scrubber {
  const parts = new MessageParts<SniffedExchange>();
  const messages = new MessageScrubber();

  const scrubAlone = (
    exchange: SniffedExchange,
    message: FkMessage | null,
    request: WireRequest,
  ): SniffedExchange => {
    const { request: raw } = exchange;
    const body = message === null ? scrubBody(request) : carry(raw, message, messages.scrub(message));
    return rebuild(exchange, body);
  };

  const scrubEach = (held: readonly HeldPart<SniffedExchange>[]): SniffedExchange[] =>
    held.map(({ value, message }) => scrubAlone(value, message, createWireRequest(value.request)));

  const scrubParts = (held: readonly HeldPart<SniffedExchange>[]): SniffedExchange[] => {
    const inOrder = held.filter(({ isRepeat }) => !isRepeat).map(({ message }) => message);
    const pieces = messages.scrubParts(inOrder);
    return held.map(({ value, message }) =>
      rebuild(value, carry(value.request, message, pieces.get(message.blockNo)!)),
    );
  };

  return {
    scrub(exchange) {
      const request = createWireRequest(exchange.request);
      const message = isFkRequest(request) ? parseMessage(request) : null;
      // What broke off is sent again, and is no part of anything.
      if (message === null || !exchange.requestIsWhole) return [scrubAlone(exchange, message, request)];
      const { ready, broken } = parts.take({ value: exchange, message, isRepeat: false });
      return [...scrubEach(broken), ...(ready.length > 1 ? scrubParts(ready) : scrubEach(ready))];
    },
    flush: () => parts.drain().flatMap(scrubParts),
  };
}

/** The scrubbed bytes of a message in what carried them: as they are, as Base64, or in an envelope. */
function carry(request: RawRequest, message: FkMessage, scrubbed: Uint8Array): Uint8Array {
  const text = latin1(request.body);
  const wire = createWireRequest(request);
  if (!wire.headers.has('request_code')) return bytesOf(carryEnvelope(text, scrubbed));
  const isBase64 = message.encrypt?.toLowerCase() === 'base64only' && decodeBase64(request.body) !== null;
  return isBase64 ? bytesOf(overwriteBase64(text, scrubbed)) : scrubbed;
}

function carryEnvelope(text: string, scrubbed: Uint8Array): string {
  const [whole = '', head = '', block = ''] = /("block"\s*:\s*")([^"]*)"/.exec(text) ?? [];
  const at = text.indexOf(whole);
  if (whole === '' || decodeBase64(bytesOf(block)) === null) return scrubJson(text);
  const before = scrubJson(text.slice(0, at));
  const after = scrubJson(text.slice(at + whole.length));
  return `${before}${head}${overwriteBase64(block, scrubbed)}"${after}`;
}

/** New content in the places of the old: line ends and padding stay where they are. */
function overwriteBase64(text: string, scrubbed: Uint8Array): string {
  const letters = encodeBase64(scrubbed).replace(/=+$/, '');
  let at = 0;
  return text.replace(/[A-Za-z0-9+/]/g, () => letters[at++] ?? 'A');
}

function rebuild(exchange: SniffedExchange, body: Uint8Array): SniffedExchange {
  const { request, reply } = exchange;
  const { method, httpVersion } = request;
  const serials = serialsOf(request);
  const target = withoutSerials(scrubTarget(request.target), serials);
  const rawHeaders = scrubHeaders(request.rawHeaders);
  const cleanBody = bytesOf(withoutSerials(latin1(body), serials));
  const head = `${method} ${target} HTTP/${httpVersion}\r\n${renderHeaders(rawHeaders)}\r\n`;
  return {
    ...exchange,
    request: { ...request, target, rawHeaders, body: cleanBody },
    requestBytes: Buffer.concat([bytesOf(head), cleanBody]),
    reply: reply && scrubReply(reply, serials),
  };
}

function serialsOf(request: RawRequest): string[] {
  const { query, headers } = createWireRequest(request);
  const said = [query.get('sn'), query.get('device_id'), headers.get('dev_id')];
  return said.flatMap((text) => (text !== undefined && isDeviceSn(text.trim()) ? [text.trim()] : []));
}
