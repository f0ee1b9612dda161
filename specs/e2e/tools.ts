// Finds the real programs the end-to-end specs need. A machine without them still runs every other spec: the end-to-end ones
// are then skipped, with a line that says so. Where they must run (continuous integration sets REQUIRE_E2E=1) a missing
// tool is a failure, because a silently skipped proof is no proof.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** The Go module of the peer that is built on gortsplib's client. */
export const GO_MODULE = fileURLToPath(new URL('peers/gortsplib/', import.meta.url))

/** What was found; `undefined` for what is missing. Paths or names that can be spawned. */
export type Tools = {
  readonly ffmpeg: string | undefined
  /** A second, old build of ffmpeg (2018), for a different generation of client; absent where the package has no binary. */
  readonly oldFfmpeg: string | undefined
  readonly gstreamer: string | undefined
  /** Go, new enough for `GO_MODULE`. */
  readonly go: string | undefined
  /** A browser that runs without a screen: Chromium, or Chrome under one of its names. */
  readonly chromium: string | undefined
}

/** What may be missing even where everything must run: nobody promises it for continuous integration. */
const OPTIONAL: readonly (keyof Tools)[] = ['go']

const answers = (file: string, args: readonly string[]): boolean =>
  spawnSync(file, args, { stdio: 'ignore', timeout: 30_000 }).status === 0

const packagedFfmpeg = (): string | undefined => {
  try {
    const found = createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { readonly path: string }
    if (!existsSync(found.path)) return undefined
    // Some installations of the package lose the executable bit.
    chmodSync(found.path, 0o755)
    return answers(found.path, ['-version']) ? found.path : undefined
  } catch {
    // The package has no binary for this platform, or was not installed: the same as not having the tool.
    return undefined
  }
}

/** Numbers of a version, of which the first that differs decides. */
const isAtLeast = (version: string, least: string): boolean => {
  const [have, want] = [version, least].map((text) => (text.match(/\d+/gu) ?? []).map(Number))
  const at = (want ?? []).findIndex((part, index) => part !== have?.[index])
  return at === -1 || (have?.[at] ?? 0) > (want?.[at] ?? 0)
}

/** A Go that is too old for the module would fetch a newer one of its own accord, which is nothing for a test to do. */
const installedGo = (): string | undefined => {
  const { stdout, status } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8', timeout: 30_000 })
  const needed = /^go (\S+)$/mu.exec(readFileSync(`${GO_MODULE}go.mod`, 'utf8'))?.[1]
  return status === 0 && needed !== undefined && isAtLeast(stdout, needed) ? 'go' : undefined
}

const installedBrowser = (): string | undefined => {
  const named = process.env['CHROMIUM_PATH']
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  return [...(named === undefined || named === '' ? [] : [named]), ...names].find((name) =>
    answers(name, ['--version']),
  )
}

const find = (): Tools => {
  const named = process.env['FFMPEG_PATH']
  const packaged = packagedFfmpeg()
  const ffmpeg =
    named !== undefined && named !== '' && answers(named, ['-version'])
      ? named
      : answers('ffmpeg', ['-version'])
        ? 'ffmpeg'
        : packaged
  const gstreamer = [
    'rtspsrc',
    'rtspclientsink',
    'qtdemux',
    'h264parse',
    'aacparse',
    'rtph264depay',
    'rtpmp4gdepay',
  ].every((element) => answers('gst-inspect-1.0', [element]))
  return {
    ffmpeg,
    oldFfmpeg: packaged === ffmpeg ? undefined : packaged,
    gstreamer: gstreamer && answers('gst-launch-1.0', ['--version']) ? 'gst-launch-1.0' : undefined,
    go: installedGo(),
    chromium: installedBrowser(),
  }
}

/** The tools of this machine, looked up once per spec file. */
export const tools: Tools = find()

/**
 * Whether a group of specs can run with the tools it `needs`. Writes a visible line and gives `false` when it cannot;
 * throws instead when `REQUIRE_E2E=1`, unless only what is optional is missing.
 */
export const canRun = (group: string, needs: readonly (keyof Tools)[]): boolean => {
  const missing = needs.filter((name) => tools[name] === undefined)
  if (missing.length === 0) return true
  return skipLoudly(
    group,
    missing,
    missing.some((name) => !OPTIONAL.includes(name)),
  )
}

/** Says what is missing for a group of specs and gives `false`; throws when it is required and `REQUIRE_E2E=1`. */
export const skipLoudly = (group: string, missing: readonly string[], isRequired: boolean): false => {
  const sentence = `end-to-end specs "${group}" need ${missing.join(' and ')}, not found on this machine`
  if (isRequired && process.env['REQUIRE_E2E'] === '1') throw new Error(sentence)
  console.warn(`\n*** SKIPPED: ${sentence} ***\n`)
  return false
}

/** The path of a tool that `canRun` has vouched for. */
export const tool = (name: keyof Tools): string => {
  const path = tools[name]
  if (path === undefined) throw new Error(`${name} is missing`)
  return path
}
