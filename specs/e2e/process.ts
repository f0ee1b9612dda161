// Other programs, started and certainly ended. A leaked ffmpeg would keep a port, a core and the whole run alive, so every
// child is in one set: it leaves the set when it has ended, each has a time limit after which it is killed, and what is
// still there when this process exits is killed too. SIGKILL is used for that because a stopped or stuck program ignores
// anything milder. Output is kept, but only its tail: a program that complains per packet must not fill our memory.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'

/** How a program ended, with the tail of what it wrote. `timedOut` says that our limit, not the program, was the reason. */
export type ProgramEnd = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly timedOut: boolean
  readonly stdout: string
  readonly stderr: string
}

/** A started program. `ended` resolves exactly once and never rejects; a program that cannot be started ends with code 127. */
export type RunningProgram = {
  readonly command: string
  readonly pid: number
  readonly ended: Promise<ProgramEnd>
  readonly hasEnded: () => boolean
  readonly stdout: () => string
  readonly stderr: () => string
  readonly signal: (signal: NodeJS.Signals) => void
  /** Asks with `SIGINT`, insists with `SIGKILL` after `graceMs`. */
  readonly stop: (graceMs?: number) => Promise<ProgramEnd>
}

/** `limitMs` is the longest life of the program; `environment` is added to ours. */
export type StartOptions = {
  readonly limitMs?: number
  readonly workingDirectory?: string
  readonly environment?: Readonly<Record<string, string>>
}

const KEPT_CHARACTERS = 128 * 1024
const DEFAULT_LIMIT_MS = 60_000

const alive = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

/** Starts `file` without a shell and without standard input. */
export const startProgram = (file: string, args: readonly string[], options: StartOptions = {}): RunningProgram => {
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: options.workingDirectory,
    env: { ...process.env, ...options.environment },
  })
  let stdout = ''
  let stderr = ''
  let timedOut = false
  let isOver = false
  alive.add(child)
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout = (stdout + text).slice(-KEPT_CHARACTERS)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-KEPT_CHARACTERS)
  })
  const ended = new Promise<ProgramEnd>((resolve) => {
    const limit = setTimeout(() => {
      timedOut = true
      child.kill('SIGKILL')
    }, options.limitMs ?? DEFAULT_LIMIT_MS)
    const finish = (code: number | null, signal: NodeJS.Signals | null): void => {
      clearTimeout(limit)
      isOver = true
      alive.delete(child)
      resolve({ code, signal, timedOut, stdout, stderr })
    }
    child.once('error', (error) => {
      stderr += String(error)
      finish(127, null)
    })
    child.once('close', finish)
  })
  return {
    command: [file, ...args].join(' '),
    pid: child.pid ?? 0,
    ended,
    hasEnded: () => isOver,
    stdout: () => stdout,
    stderr: () => stderr,
    signal: (signal) => {
      child.kill(signal)
    },
    stop: async (graceMs = 5_000) => {
      child.kill('SIGINT')
      const insist = setTimeout(() => child.kill('SIGKILL'), graceMs)
      const end = await ended
      clearTimeout(insist)
      return end
    },
  }
}

/** Runs a program to its end. */
export const runProgram = (file: string, args: readonly string[], options?: StartOptions): Promise<ProgramEnd> =>
  startProgram(file, args, options).ended

/** Kills whatever a spec left behind and waits until it is gone: for `afterEach` and `afterAll`. */
export const killEverything = async (): Promise<void> => {
  const children = [...alive]
  await Promise.all(
    children.map(
      (child) =>
        new Promise<void>((resolve) => {
          child.once('close', () => resolve())
          child.kill('SIGKILL')
        }),
    ),
  )
}

/** Asks `probe` every `everyMs` until it gives a value other than `undefined`; says `what` was awaited when `limitMs` is over. */
export const eventually = async <T>(
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  limitMs = 10_000,
  everyMs = 50,
): Promise<T> => {
  const start = Date.now()
  for (;;) {
    const value = await probe()
    if (value !== undefined) return value
    if (Date.now() - start > limitMs) throw new Error(`waited ${limitMs} ms in vain for ${what}`)
    await pause(everyMs)
  }
}

/** Lets real time pass; only for specs that need other programs to do something meanwhile. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
