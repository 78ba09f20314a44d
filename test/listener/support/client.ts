import { connect, type Socket } from 'node:net';

export interface SeenAnswer {
  readonly status: number;
  /** As they came: names and order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** The whole answer. */
  readonly text: string;
}

/** A device on a raw socket: sends exactly the bytes it is told to, and collects what comes back. */
export class Client {
  readonly socket: Socket;
  /** Latin 1, one character per byte. */
  received = '';
  /** The other side says no more. */
  isClosed = false;
  readonly #isHead: boolean;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket, isHead: boolean) {
    this.socket = socket;
    this.#isHead = isHead;
    socket.on('data', (chunk) => {
      this.received += chunk.toString('latin1');
      this.#wake();
    });
    // A reset is one of the ways to be hung up on; `close` follows.
    socket.on('error', () => undefined);
    for (const event of ['end', 'close']) {
      socket.on(event, () => {
        this.isClosed = true;
        this.#wake();
      });
    }
  }

  static open(port: number, { isHead = false } = {}): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Client(socket, isHead));
      });
    });
  }

  send(bytes: string | Uint8Array): this {
    if (typeof bytes === 'string') this.socket.write(bytes, 'latin1');
    else this.socket.write(bytes);
    return this;
  }

  /** Closes this side; the other may still answer. */
  end(): this {
    this.socket.end();
    return this;
  }

  answers(): SeenAnswer[] {
    const seen: SeenAnswer[] = [];
    for (let rest = this.received; rest !== ''; ) {
      const one = readAnswer(rest, this.#isHead);
      if (!one) break;
      if (one.status !== 100) seen.push(one);
      rest = rest.slice(one.text.length);
    }
    return seen;
  }

  /** Once that many answers are whole; fails when the connection closes before. */
  async waitForAnswers(count: number): Promise<SeenAnswer[]> {
    await this.#until(() => this.answers().length >= count || this.isClosed);
    const answers = this.answers();
    if (answers.length < count) throw new Error(`closed after ${JSON.stringify(this.received)}`);
    return answers;
  }

  async waitForAnswer(): Promise<SeenAnswer> {
    return (await this.waitForAnswers(1))[0]!;
  }

  /** Once the other side has closed; what it said before. */
  async waitForClose(): Promise<SeenAnswer[]> {
    await this.#until(() => this.isClosed);
    this.socket.end();
    return this.answers();
  }

  destroy(): void {
    this.socket.destroy();
  }

  async #until(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** One exchange on a connection of its own. */
export async function ask(port: number, bytes: string | Uint8Array): Promise<SeenAnswer> {
  const client = await Client.open(port, { isHead: isHeadRequest(bytes) });
  const answer = await client.send(bytes).waitForAnswer();
  client.destroy();
  return answer;
}

export function header(answer: SeenAnswer, name: string): string | undefined {
  return answer.headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

function isHeadRequest(bytes: string | Uint8Array): boolean {
  return Buffer.from(bytes as string, 'latin1')
    .toString('latin1')
    .startsWith('HEAD ');
}

function readAnswer(text: string, isHead: boolean): SeenAnswer | null {
  const bodyAt = text.indexOf('\r\n\r\n') + 4;
  if (bodyAt < 4) return null;
  const [first = '', ...lines] = text.slice(0, bodyAt - 4).split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(': ');
    return [line.slice(0, colon), line.slice(colon + 2)] as const;
  });
  const status = Number(first.slice(9, 12));
  const length = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  const end = bodyAt + (isHead || status === 100 ? 0 : Number(length ?? 0));
  if (text.length < end) return null;
  return { status, headers, body: text.slice(bodyAt, end), text: text.slice(0, end) };
}
