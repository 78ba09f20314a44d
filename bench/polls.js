/**
 * Thousands of devices that ask for commands every ten seconds, each on a connection of its own that it keeps: told
 * over IPC what to do. Says `ready` when all have asked once, and at the end how long answers took.
 */
import { connect } from 'node:net';

process.on('message', (order) => {
  drive(order).then((result) => process.send(result));
});
process.on('disconnect', () => process.exit());

async function drive({ port, devices, pollSeconds, seconds }) {
  const tally = { answered: 0, failed: 0, latenciesMs: [], isMeasuring: false, isOver: false };
  const all = Array.from({ length: devices }, (_, index) => createDevice({ port, index, tally }));
  const gapMs = (pollSeconds * 1000) / devices;
  const startMs = performance.now();
  let polls = 0;
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      const due = Math.floor((performance.now() - startMs) / gapMs);
      for (; polls < due; polls++) all[polls % devices].poll();
      if (!tally.isMeasuring && polls >= devices) {
        tally.isMeasuring = true;
        process.send({ ready: true });
      }
      if (performance.now() - startMs < (pollSeconds + seconds) * 1000) return;
      clearInterval(timer);
      resolve();
    }, 2);
  });
  tally.isOver = true;
  for (const device of all) device.close();
  const sorted = tally.latenciesMs.sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { answered: tally.answered, failed: tally.failed, p50Ms: at(0.5), p99Ms: at(0.99) };
}

function createDevice({ port, index, tally }) {
  const sn = `POLL${String(index).padStart(9, '0')}`;
  const ask = Buffer.from(
    `GET /iclock/getrequest?SN=${sn} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: iClock Proxy/1.09\r\nAccept: */*\r\n\r\n`,
  );
  let socket;
  let sentAtMs = 0;
  const open = () => {
    socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.on('data', (bytes) => {
      if (!bytes.toString('latin1', 0, 13).startsWith('HTTP/1.1 200 ')) tally.failed += 1;
      tally.answered += 1;
      if (tally.isMeasuring) tally.latenciesMs.push(performance.now() - sentAtMs);
    });
    socket.on('error', () => {
      tally.failed += 1;
    });
    socket.on('close', () => {
      if (!tally.isOver) socket = undefined;
    });
  };
  return {
    poll() {
      if (!socket) open();
      sentAtMs = performance.now();
      socket.write(ask);
    },
    close: () => socket?.destroy(),
  };
}
