import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/database-setup.ts'],
    // Tests mostly wait for programs, disks and databases; but with four, real floods and Wine starve each other.
    maxWorkers: 2,
    // These bound what hangs, not what is slow beside another.
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
