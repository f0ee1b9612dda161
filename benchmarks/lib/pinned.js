// Processes on a core of their own: the server on the first, the load on the second. A generator that shares the
// server's core, or worse its process, measures itself.
import { spawn } from 'node:child_process'

export const serverCore = 0
export const loadCore = 1

/**
 * Starts a program on one core.
 * @param {number} core
 * @param {readonly string[]} command
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 */
export function startPinned(core, command, options = {}) {
  return spawn('taskset', ['-c', String(core), ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
  })
}

/**
 * Runs a program to its end and reads the line of JSON that it prints.
 * @param {number} core
 * @param {readonly string[]} command
 * @param {number} [mostSeconds] after which it is killed, which rejects
 * @returns {Promise<Record<string, any>>}
 */
export function runPinned(core, command, mostSeconds = 300) {
  return new Promise((resolve, reject) => {
    const child = startPinned(core, command)
    let output = ''
    let errors = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (errors += chunk))
    child.once('error', reject)
    const tooLong = setTimeout(() => child.kill('SIGKILL'), mostSeconds * 1000)
    child.once('close', (status) => {
      clearTimeout(tooLong)
      const line = output.trim().split('\n').at(-1) ?? ''
      if (line.startsWith('{')) resolve(JSON.parse(line))
      else reject(new Error(`${command.join(' ')} ended with ${status}: ${errors.trim() || 'no output'}`))
    })
  })
}

/** Ends a process that `startPinned` started and waits until it is gone. */
export function stop(/** @type {import('node:child_process').ChildProcess} */ child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const hard = setTimeout(() => child.kill('SIGKILL'), 3000)
    child.once('close', () => {
      clearTimeout(hard)
      resolve(undefined)
    })
    child.kill('SIGTERM')
  })
}

export function sleep(/** @type {number} */ ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
