/**
 * The load: N connections, each a device that sends one request, waits for the answer, sends the next; on a new
 * connection each time where `close` says so.
 * A process of its own, told over IPC what to do: an order in, a result out. When the time is over it stops sending
 * and waits for what is under way, so that every punch sent is either answered or failed.
 */
import { connect } from 'node:net';
import { createPunchRequest } from './punches.js';

/** Enough for percentiles, too few to cost anything. */
const SAMPLE_EVERY = 16;
const ANSWER_BYTES = 16_384;

process.on('message', (order) => {
  drive(order).then((result) => process.send(result));
});
process.on('disconnect', () => process.exit());

/** @param order `run` keeps the punches of one order apart from those of all others */
async function drive({ connections, seconds, warmUpSeconds, ...order }) {
  const tally = { acknowledged: 0, refused: 0, failed: 0, sending: true, latenciesMs: [] };
  const indexes = Array.from({ length: connections }, (_, index) => index);
  const devices = await Promise.all(indexes.map((index) => openDevice({ ...order, index, tally })));
  const ends = devices.map((device) => device.drive());
  await after(warmUpSeconds);
  const before = { acknowledged: tally.acknowledged, atMs: performance.now(), cpu: process.cpuUsage() };
  await after(seconds);
  const elapsedSeconds = (performance.now() - before.atMs) / 1000;
  const rate = (tally.acknowledged - before.acknowledged) / elapsedSeconds;
  const { user, system } = process.cpuUsage(before.cpu);
  tally.sending = false;
  await Promise.all(ends);
  const { acknowledged, refused, failed } = tally;
  const busy = (user + system) / 1e6 / elapsedSeconds;
  return { rate, acknowledged, refused, failed, busy, latencyMs: percentiles(tally.latenciesMs) };
}

function after(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

function openDevice({ port, index, run, tally, lines = 1, close = false }) {
  const serial = `BENCH${String(index).padStart(4, '0')}`;
  // Each run has days of its own, so that no run repeats another's punches.
  const request = createPunchRequest({ serial, startSecond: run * 4_000_000, lines, close });
  if (close) return { drive: () => converseByCalls({ port, request, tally }) };
  const buffer = Buffer.allocUnsafe(ANSWER_BYTES);
  let answered;
  return new Promise((resolve, reject) => {
    const callback = (size) => answered(buffer, size);
    // One buffer for all reads: the generator must cost less than what it measures.
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback } });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      const drive = () =>
        new Promise((done) => {
          answered = converse({ socket, request, tally, done });
        });
      resolve({ drive });
    });
  });
}

/** Sends the first punch; the function returned takes each answer and sends the next. */
function converse({ socket, request, tally, done }) {
  let sentAtMs = 0;
  let count = 0;
  const send = () => {
    request.next();
    count += 1;
    if (count % SAMPLE_EVERY === 0) sentAtMs = performance.now();
    socket.write(request.bytes);
  };
  const end = () => {
    socket.destroy();
    done();
  };
  socket.on('error', end);
  socket.on('close', (hadError) => {
    if (hadError || tally.sending) tally.failed += 1;
    done();
  });
  send();
  return (bytes, size) => {
    if (isAcknowledgement(bytes, size)) tally.acknowledged += 1;
    else tally.refused += 1;
    if (count % SAMPLE_EVERY === 0) tally.latenciesMs.push(performance.now() - sentAtMs);
    if (tally.sending) send();
    else end();
    return true;
  };
}

/** A connection for each request; an answer is whole when the server has closed. */
async function converseByCalls({ port, request, tally }) {
  for (let count = 0; tally.sending; count += 1) {
    request.next();
    const sentAtMs = performance.now();
    const answer = await call(port, request.bytes);
    if (answer === null) tally.failed += 1;
    else if (isAcknowledgement(answer, answer.length)) tally.acknowledged += 1;
    else tally.refused += 1;
    if (count % SAMPLE_EVERY === 0) tally.latenciesMs.push(performance.now() - sentAtMs);
  }
}

/** @returns null when the connection broke */
function call(port, bytes) {
  return new Promise((resolve) => {
    const pieces = [];
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => socket.write(bytes));
    socket.on('data', (piece) => pieces.push(piece));
    socket.on('error', () => resolve(null));
    socket.on('close', () => resolve(Buffer.concat(pieces)));
  });
}

/** One whole answer in one piece, `HTTP/1.1 200`, whose body is as long as it says and begins with OK. */
function isAcknowledgement(bytes, size) {
  if (size === 0) return false;
  const text = bytes.toString('latin1', 0, size);
  if (!text.startsWith('HTTP/1.1 200 ')) return false;
  const bodyAt = text.indexOf('\r\n\r\n') + 4;
  const length = Number.parseInt(text.slice(text.indexOf('Content-Length: ') + 16, bodyAt), 10);
  return bodyAt + length === size && text.startsWith('OK', bodyAt);
}

function percentiles(values) {
  const sorted = values.sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? 0 };
}
