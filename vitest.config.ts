import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The renderer's state classes are written with runes.
  plugins: [svelte({ configFile: false })],
  test: {
    include: ['{models,worker,main,renderer,scripts,samples}/**/*.test.ts'],
    environment: 'node',
    // ONNX Runtime and the codecs keep native state: forked processes, not threads.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
