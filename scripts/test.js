// Runs the test suite: `node scripts/test.js [vitest arguments]`. The suite starts the MariaDB it needs itself
// (test/support/database-setup.ts); HIP_TEST_MYSQL_URL points it at another server.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const vitest = spawn(
  process.execPath,
  [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
);

// A terminal's Ctrl-C reaches vitest by itself; a signal to this process alone must be passed on. Either way
// vitest decides when to end, after it has stopped the database.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => vitest.kill('SIGTERM'));
vitest.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
