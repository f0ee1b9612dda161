// Chromium without a screen, told what to do over its DevTools protocol: a script is evaluated in an empty page, and what
// its promise gives comes back. A profile of its own in the temporary folder goes when the browser has ended.
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import WebSocket from 'ws'
import { scratch } from './clip.ts'
import { eventually, startProgram } from './process.ts'
import { tool } from './tools.ts'

/** A running browser with one page. */
export type Browser = {
  /** Evaluates a script in the page and waits for its promise; throws what the script threw. */
  readonly evaluate: <Result>(script: string) => Promise<Result>
  readonly stop: () => Promise<void>
}

/** A message of the DevTools protocol, as far as it is looked at. */
type Reply = {
  readonly id?: number
  readonly error?: { readonly message: string }
  readonly result?: Readonly<Record<string, unknown>>
}

/** Starts Chromium; it trusts any certificate, as a person would who has said so in its warning. */
export const startBrowser = async (): Promise<Browser> => {
  const profile = mkdtempSync(join(scratch(), 'browser-'))
  const program = startProgram(tool('chromium'), [
    ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
    ...['--disable-background-networking', '--disable-component-update', '--disable-extensions', '--disable-sync'],
    ...['--ignore-certificate-errors', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
  ])
  const address = await eventually(
    'the browser to listen',
    () => {
      if (program.hasEnded()) throw new Error(`the browser ended: ${program.stderr()}`)
      return /^DevTools listening on (ws:\S+)/m.exec(program.stderr())?.[1]
    },
    30_000,
  )
  const devTools = await connectDevTools(address)
  const { targetId } = await devTools.ask('Target.createTarget', { url: 'about:blank' })
  const { sessionId } = await devTools.ask('Target.attachToTarget', { targetId, flatten: true })
  return {
    evaluate: async <Result>(expression: string): Promise<Result> => {
      const options = { expression, awaitPromise: true, returnByValue: true }
      const { result, exceptionDetails } = await devTools.ask('Runtime.evaluate', options, String(sessionId))
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
      return (result as { readonly value: Result }).value
    },
    stop: async () => {
      devTools.close()
      await program.stop()
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

type DevTools = {
  readonly ask: (
    method: string,
    params: Readonly<Record<string, unknown>>,
    sessionId?: string,
  ) => Promise<Readonly<Record<string, unknown>>>
  readonly close: () => void
}

const connectDevTools = (address: string): Promise<DevTools> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(address)
    const waiting = new Map<number, (reply: Reply) => void>()
    let lastId = 0
    socket.on('message', (data: Buffer) => {
      const reply = JSON.parse(data.toString()) as Reply
      if (reply.id !== undefined) waiting.get(reply.id)?.(reply)
    })
    socket.once('error', reject)
    socket.once('open', () =>
      resolve({
        ask: (method, params, sessionId) =>
          new Promise((answer, fail) => {
            const id = ++lastId
            waiting.set(id, ({ error, result }) => {
              waiting.delete(id)
              if (error === undefined) answer(result ?? {})
              else fail(new Error(`${method}: ${error.message}`))
            })
            socket.send(JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }))
          }),
        close: () => socket.terminate(),
      }),
    )
  })
