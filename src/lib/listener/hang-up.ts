import type { Socket } from 'node:net';
import { type Reply, textReply } from '../dialects/dialect.js';
import type { Clock } from '../forwarder/clock.js';
import { renderReply } from './reply.js';

/** Long enough for an answer to reach a device that is still sending; a close with unread bytes would cut it off. */
const LINGER_MS = 2_000;

export const TOO_SLOW_REPLY = textReply(408, 'TOO SLOW\n');
export const UNREADABLE_REPLY = textReply(400, 'UNREADABLE\n');

/** Last words on a socket, past Node's parser: answer, read on for a while, close. */
export function hangUp(socket: Socket, reply: Reply, clock: Clock): void {
  const cancel = clock.after(LINGER_MS, () => socket.destroy());
  socket.once('close', cancel);
  socket.end(renderReply(reply, { nowMs: clock.nowMs(), keepAlive: false, isHead: false }), 'latin1');
  socket.resume();
}
