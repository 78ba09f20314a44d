/** Requests as a terminal writes them, byte by byte. */

export const PATH = '/iclock/cdata?SN=TEST0001&table=ATTLOG&Stamp=9999';

export function punchLine(user: string | number, time = '2026-11-20 08:00:00'): string {
  return `${user}\t${time}\t0\t1\t0\t0\t0\n`;
}

export interface PostOptions {
  readonly path?: string;
  readonly version?: string;
  /** Lines between the request line and `Content-Length`. */
  readonly headers?: readonly string[];
}

export function post(body: string, { path = PATH, version = '1.1', headers = [] }: PostOptions = {}): string {
  const lines = [`POST ${path} HTTP/${version}`, ...headers, `Content-Length: ${body.length}`];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

export function get(path: string, headers: readonly string[] = []): string {
  return `${[`GET ${path} HTTP/1.1`, ...headers].join('\r\n')}\r\n\r\n`;
}
