/** The yardstick: a bare node:http server that takes the body and answers OK. Stores nothing. */
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  request.on('end', () => response.end('OK'));
  request.resume();
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());
