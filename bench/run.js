/**
 * What hip achieves, each figure beside a yardstick measured in the same run.
 *
 *   npm run bench                        all, as one table; --write puts it into docs/performance.md, --quick is
 *                                        short, --rounds=N (5) says how often each is measured
 *   npm run bench -- posts ...           durable POSTs beside a bare node:http server
 *   npm run bench -- sync ...            a file of a million lines beside LOAD DATA LOCAL INFILE
 *   npm run bench -- start ...           short commands beside a bundled oclif hello-world
 *   npm run bench -- memory ...          idle, 10,000 devices, a backlog of millions
 *   npm run bench -- previous ...        the previous system's way
 */
const NAMES = ['posts', 'sync', 'start', 'memory', 'previous'];
const [name = 'all'] = process.argv.slice(2).filter((word) => !word.startsWith('--'));
if (name !== 'all' && !NAMES.includes(name)) {
  console.error(`No bench is called ${name}: ${NAMES.join(', ')}.`);
  process.exit(2);
}
await import(`./${name}.js`);
