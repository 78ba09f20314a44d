import type { DialectName } from '../dialects/dialect.js';
import { describeFkweb } from './explain-fkweb.js';
import { describeIclock } from './explain-iclock.js';
import { bodyLines, countText, type Described, type Description } from './explain-words.js';
import { hide, printable, shorten, sizeText } from './hide.js';

export function describe(described: Described): Description {
  const { dialect, exchange } = described;
  if (!exchange.requestIsWhole) return describeCut(described);
  const description = describeBy(dialect, described);
  if (exchange.requestBytesCut === 0) return description;
  const kept = `${sizeText(exchange.requestBytesCut)} of it were not kept, so this reading is incomplete`;
  return { ...description, details: [kept, ...description.details] };
}

function describeBy(dialect: DialectName | null, described: Described): Description {
  switch (dialect) {
    case 'adms':
    case 'adms-security':
      return describeIclock(described);
    case 'fkweb':
      return describeFkweb(described);
    case 'plain':
      return describePlain(described);
    case null:
      return describeUnclaimed(described);
  }
}

function describeCut({ request }: Described): Description {
  const announced = request.headers.get('content-length');
  const size = announced === undefined ? '' : ` after ${request.body.length} of ${announced} bytes`;
  return {
    what: 'broken-off',
    sentence: `A request that broke off${size}; hip serve takes nothing of it, and the terminal sends it again.`,
    details: [],
  };
}

function describePlain({ reading, request }: Described): Description {
  const punches = countText(reading.punches.length, 'punch', 'punches');
  return {
    what: 'punches',
    sentence: `A program sends ${punches} as plain lines, without a serial number (as hip's predecessor took them).`,
    details: bodyLines(request.body),
  };
}

function describeUnclaimed({ request }: Described): Description {
  const { method, body } = request;
  const agent = request.headers.get('user-agent') ?? '';
  const details = bodyLines(body);
  if (method === 'CONNECT') {
    return { what: 'proxy', sentence: 'It takes this PC for a proxy and asks for a tunnel.', details };
  }
  if (method === 'HEAD') return { what: 'ping', sentence: 'A ping without data.', details };
  if (method === 'GET' && /Mozilla.*(?:Chrome|Firefox|Safari|Edg)/.test(agent)) {
    return { what: 'browser', sentence: 'A web browser, not a terminal: the network road works.', details };
  }
  if (method === 'GET' && request.path === '/') {
    return { what: 'visit', sentence: 'It opens the start page; no terminal asks for that.', details };
  }
  const size = body.length === 0 ? 'without data' : `with ${sizeText(body.length)}`;
  const path = shorten(printable(hide(request.path)), 60);
  return {
    what: 'unknown',
    sentence: `HTTP, but no dialect knows ${method} ${path} ${size}; hip serve refuses it and keeps a note.`,
    details,
  };
}
