import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/database-setup.ts'],
    // More than there are processors: most of the time tests wait for programs, disks and databases.
    maxWorkers: 4,
    // These bound what hangs, not what is slow beside three others.
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
