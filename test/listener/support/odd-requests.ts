import { PATH, post, punchLine } from './requests.js';

export const BODY = punchLine(1001);
const LENGTH = BODY.length;

/** Shapes of one upload that devices and their firmware are known or feared to send (adms.md section 3). */
export const SERVED: Readonly<Record<string, string>> = {
  'the usual one': post(BODY, { headers: ['Host: 192.0.2.1', 'Content-Type: text/plain'] }),
  'HTTP/1.1 without Host': post(BODY),
  'HTTP/1.0 without Host': post(BODY, { version: '1.0' }),
  'Content-Type twice': post(BODY, { headers: ['Content-Type: text/plain', 'Content-Type: text/plain'] }),
  'a Content-Type that is none': post(BODY, { headers: ['Content-Type: ;;;'] }),
  'a JSON type around what is no JSON': post(BODY, { headers: ['Content-Type: application/json'] }),
  'a doubled slash': post(BODY, { path: `/${PATH}` }),
  'a slash at the end': post(BODY, { path: '/iclock/cdata/?SN=TEST0001&table=ATTLOG' }),
  'an .aspx suffix': post(BODY, { path: '/iclock/cdata.aspx?SN=TEST0001&table=ATTLOG' }),
  'an absolute target': post(BODY, { path: `http://192.0.2.1:9090${PATH}` }),
  'parameters in another case': post(BODY, { path: '/iclock/cdata?sn=TEST0001&Table=attlog' }),
  'a blank in the target': post(BODY, { path: `${PATH}&t=2026-11-22 08:00` }),
  'raw UTF-8 in the target': post(BODY, { path: `${PATH}&name=\xe0\xb8\x81` }),
  'a stray percent sign': post(BODY, { path: `${PATH}&x=100%` }),
  'equal lengths twice': `POST ${PATH} HTTP/1.1\r\nContent-Length: ${LENGTH}\r\nContent-Length: ${LENGTH}\r\n\r\n${BODY}`,
  'LF only': `POST ${PATH} HTTP/1.1\nHost: x\nContent-Length: ${LENGTH}\n\n${BODY}`,
  'a blank before a colon': `POST ${PATH} HTTP/1.1\r\nContent-Length : ${LENGTH}\r\n\r\n${BODY}`,
  'no blank behind a colon': `POST ${PATH} HTTP/1.1\r\nContent-Length:${LENGTH}\r\n\r\n${BODY}`,
  'a control character in a header': post(BODY, { headers: ['X-A: a\x01b'] }),
  'a folded header': post(BODY, { headers: ['X-A: a\r\n  b'] }),
  'a line that is no header': post(BODY, { headers: ['rubbish'] }),
  'line ends in front': `\r\n\r\n${post(BODY)}`,
  'another method case': post(BODY).replace('POST', 'post'),
  chunks: `POST ${PATH} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n${BODY.slice(0, 4)}\r\n${(LENGTH - 4).toString(16)}\r\n${BODY.slice(4)}\r\n0\r\n\r\n`,
  'chunks and a length': `POST ${PATH} HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n${LENGTH.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`,
  'an unknown expectation': post(BODY, { headers: ['Expect: the-best'] }),
  'an upgrade nobody asked for': post(BODY, { headers: ['Connection: Upgrade', 'Upgrade: h2c'] }),
};
