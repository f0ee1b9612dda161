/**
 * How the program ends. The first SIGINT or SIGTERM closes the server, which lets everybody leave in order; somebody
 * who asks a second time wants out now and gets the exit status that a shell gives to a program killed by that signal.
 */

/** Signals that end the program. */
export type EndSignal = 'SIGINT' | 'SIGTERM'

/** What is needed of `process`. */
export interface SignalSource {
  on(signal: EndSignal, listener: () => void): unknown
  off(signal: EndSignal, listener: () => void): unknown
}

/** What to do when a signal comes. */
export interface SignalActions {
  /** Closes in good order. Called once. */
  readonly close: () => Promise<void>
  /** Ends the process with a status. */
  readonly exit: (status: number) => void
  /** Called before `close`, to tell people. */
  readonly onClosing?: (signal: EndSignal) => void
  /** Called when `close` fails, before the exit with status 1. */
  readonly onCloseFailed?: (error: unknown) => void
}

/** 128 and the number of the signal, as shells have it. */
const exitStatuses: Readonly<Record<EndSignal, number>> = { SIGINT: 130, SIGTERM: 143 }

/**
 * Listens for both signals: the first closes and exits with 0 (with 1 when closing fails), any later one exits at once
 * with 130 or 143. Returns a function that stops to listen.
 */
export function installSignalHandlers(source: SignalSource, actions: SignalActions): () => void {
  let isClosing = false
  const handle = (signal: EndSignal): void => {
    if (isClosing) {
      actions.exit(exitStatuses[signal])
      return
    }
    isClosing = true
    actions.onClosing?.(signal)
    closeAndExit(actions)
  }
  const onInterrupt = (): void => handle('SIGINT')
  const onTerminate = (): void => handle('SIGTERM')
  source.on('SIGINT', onInterrupt)
  source.on('SIGTERM', onTerminate)
  return () => {
    source.off('SIGINT', onInterrupt)
    source.off('SIGTERM', onTerminate)
  }
}

function closeAndExit(actions: SignalActions): void {
  // Inside `then`, so that a `close` that throws at once is a failure like any other.
  Promise.resolve()
    .then(() => actions.close())
    .then(
      () => actions.exit(0),
      (error: unknown) => {
        actions.onCloseFailed?.(error)
        actions.exit(1)
      },
    )
}
