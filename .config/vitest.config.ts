import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['specs/**/*.spec.ts'],
    testTimeout: 20_000,
    // The end-to-end specs share two cores with ffmpeg and GStreamer.
    maxWorkers: 2,
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary'] },
  },
})
