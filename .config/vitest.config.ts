import { defineConfig } from 'vitest/config'

const source = (path: string): string => new URL(`../src/${path}`, import.meta.url).pathname

export default defineConfig({
  // Examples import the package by its name; the specs run them on the source, not on an older build.
  resolve: {
    alias: [
      { find: /^rxrtsp$/, replacement: source('index.ts') },
      { find: /^rxrtsp\/(wire|testing)$/, replacement: source('$1/index.ts') },
    ],
  },
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['specs/**/*.spec.ts'],
    testTimeout: 20_000,
    // The end-to-end specs share two cores with ffmpeg and GStreamer.
    maxWorkers: 2,
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary'] },
  },
})
