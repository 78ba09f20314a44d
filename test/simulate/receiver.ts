import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A small ADMS server that can refuse, cut, die and come back, and that remembers what it acknowledged. */
export interface Receiver {
  readonly url: string;
  readonly requests: readonly { readonly method: string; readonly target: string; readonly body: string }[];
  /** ATTLOG lines by serial number and text, in order of arrival, those included that were not acknowledged. */
  readonly lines: readonly string[];
  /** Commands for the next getrequest of anybody. */
  readonly commands: string[];
  /** Decides about each upload: acknowledge, answer 503, or cut the line in the middle of the reply. */
  judge: (upload: number) => 'acknowledge' | 'refuse' | 'cut';
  /** True: takes everything and never answers. */
  isDeaf: boolean;
  die(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

export async function openReceiver(): Promise<Receiver> {
  const requests: { method: string; target: string; body: string }[] = [];
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  let uploads = 0;
  let server: Server | null = null;
  let port = 0;
  const listen = async (): Promise<void> => {
    server = createServer((request, response) => void answer(request, response));
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  };
  const die = async (): Promise<void> => {
    const dying = server;
    server = null;
    if (!dying) return;
    const closed = new Promise((resolve) => dying.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const target = request.url ?? '';
    requests.push({ method: request.method ?? '', target, body });
    if (receiver.isDeaf) return;
    if (!target.includes('table=ATTLOG')) return reply(response, 200, otherReply(target));
    const sent = body.split('\n').filter((line) => line !== '');
    const sn = /SN=(\w+)/.exec(target)?.[1];
    lines.push(...sent.map((line) => `${sn}\t${line}`));
    uploads += 1;
    const verdict = receiver.judge(uploads);
    if (verdict === 'refuse') return reply(response, 503, 'try again');
    if (verdict === 'acknowledge') return reply(response, 200, `OK: ${sent.length}`);
    response.writeHead(200, { 'Content-Length': '20' });
    response.write('OK: ');
    request.socket.destroySoon();
  };
  const otherReply = (target: string): string => {
    if (target.includes('options=all')) return 'GET OPTION FROM: X\nATTLOGStamp=9999\nDelay=1\nRealtime=1\n';
    if (target.includes('/getrequest')) return receiver.commands.splice(0).join('') || 'OK';
    return 'OK';
  };
  await listen();
  const receiver: Receiver = {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    requests,
    lines,
    commands: [],
    judge: () => 'acknowledge',
    isDeaf: false,
    die,
    comeBack: listen,
    close: die,
  };
  return receiver;
}

function reply(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
