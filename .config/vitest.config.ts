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
    testTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'specs',
          include: ['specs/**/*.spec.ts'],
          exclude: ['specs/e2e/**'],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        // One file after the other, behind everything else: ffmpeg, GStreamer and the server need the two cores themselves,
        // and a reader that is starved for seconds loses packets by right.
        test: {
          name: 'e2e',
          include: ['specs/e2e/**/*.spec.ts'],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary'] },
  },
})
