/**
 * What hip achieves, each figure beside a yardstick measured in the same run:
 *
 *   npm run bench -- [posts] ...   durable POSTs beside a bare node:http server (posts.js)
 *   npm run bench -- sync ...      a file of a million lines beside LOAD DATA LOCAL INFILE (sync.js)
 */
const [name] = process.argv.slice(2);
await import(name === 'sync' ? './sync.js' : './posts.js');
