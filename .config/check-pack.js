// Holds what would be published against what must and must not be in it. Reads the JSON of `npm pack --dry-run --json`
// from standard input, so that it checks what npm really does instead of what package.json seems to say.
import { readFileSync } from 'node:fs'

const MUST = [
  'package.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'dist/index.js',
  'dist/index.d.ts',
  'dist/wire/index.js',
  'dist/wire/index.d.ts',
  'dist/testing/index.js',
  'dist/testing/index.d.ts',
  'dist/cli/main.js',
  'dist/cli/demo/clip/demo.h264',
  'dist/cli/demo/clip/demo.aac',
]
const MUST_NOT = [
  /^specs\//,
  /^src\/(?!.*\.md$)/,
  /^\.ci\//,
  /^\.config\//,
  /^benchmarks\//,
  /^examples\//,
  /\.spec\./,
  /\.ts(?<!\.d\.ts)$/,
  /\.tgz$/,
  /(^|\/)\.env/,
]
const MOST_BYTES = 4 * 1024 * 1024

const text = readFileSync(0, 'utf8')
// Lifecycle scripts may write lines of their own before the JSON.
const [report] = JSON.parse(text.slice(text.search(/^\[/m)))
const names = report.files.map((file) => file.path)
const complaints = [
  ...MUST.filter((name) => !names.includes(name)).map((name) => `missing from the package: ${name}`),
  ...names
    .filter((name) => MUST_NOT.some((pattern) => pattern.test(name)))
    .map((name) => `does not belong in the package: ${name}`),
]
const program = report.files.find((file) => file.path === 'dist/cli/main.js')
if (program !== undefined && (program.mode & 0o111) === 0) complaints.push('dist/cli/main.js is not executable')
if (report.unpackedSize > MOST_BYTES)
  complaints.push(`the package is ${report.unpackedSize} bytes unpacked, more than ${MOST_BYTES}`)

for (const complaint of complaints) console.error(complaint)
console.log(`${report.name}@${report.version}: ${names.length} files, ${report.unpackedSize} bytes unpacked`)
process.exitCode = complaints.length === 0 ? 0 : 1
