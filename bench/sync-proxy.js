/** A line to a far-away server: every byte arrives `delayMs` later in each direction; as many bytes as there are. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export async function startDelay({ port, delayMs }) {
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', noDelay: true });
    const end = () => {
      near.destroy();
      far.destroy();
    };
    forward(near, far, delayMs);
    forward(far, near, delayMs);
    for (const socket of [near, far]) socket.on('error', end);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: server.address().port, close: () => server.close() };
}

function forward(from, to, delayMs) {
  from.on('data', (bytes) => setTimeout(() => to.write(bytes), delayMs));
  from.on('end', () => setTimeout(() => to.end(), delayMs));
  from.on('close', () => setTimeout(() => to.destroy(), delayMs));
}
