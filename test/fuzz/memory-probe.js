// Loaded into the program under test by `node --import`: whoever connects makes it collect its garbage and give back what
// is free, and hears what is held then. A process that has nothing to do collects nothing, and glibc keeps what was
// freed (of 134 MB behind a flood, 62): without this both would look like a leak, or hide one.
import { createServer } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import koffi from 'koffi';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');
const isGlibc = process.report.getReport().header.glibcVersionRuntime !== undefined;
const giveBack = isGlibc ? koffi.load('libc.so.6').func('int malloc_trim(size_t)') : () => 0;

const server = createServer((socket) => {
  socket.on('error', () => undefined);
  // The memory of buffers is given back behind the collector's back: by the next.
  collectGarbage();
  collectGarbage();
  giveBack(0);
  const { heapUsed, external } = process.memoryUsage();
  socket.end(String(heapUsed + external));
});
server.listen(process.env.HIP_TEST_MEMORY_SOCKET);
server.unref();
