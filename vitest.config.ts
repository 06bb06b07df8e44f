import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['test/soak/**', 'node_modules/**'],
    // An odd zone (UTC+12:45 or +13:45): whoever leans on the machine's own zone is found out.
    env: { TZ: 'Pacific/Chatham', NO_PROXY: '127.0.0.1,localhost' },
    pool: 'forks',
    // Most tests wait for processes, brokers and disks: one at a time would leave a small machine idle.
    maxWorkers: 4,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ['default', './test/closing-line.ts'],
  },
});
