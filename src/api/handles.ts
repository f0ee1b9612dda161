import type { Runtime } from '../actors/runtime.ts'
import { Registry } from '../contracts/registry.ts'
import { ServerConnection } from './connection.ts'
import { ServerSession } from './session.ts'
import type { ServerStream } from './stream.ts'
import type { UserData } from './user-data.ts'

/** The public handle of each connection, session and stream: made when first asked for, forgotten when it ended. */
export class Handles<Data extends UserData = UserData> {
  readonly #runtimeOf: () => Runtime
  readonly #onSubscriberError: (session: ServerSession<Data>, error: unknown) => void
  readonly #connections = new Registry<string, ServerConnection<Data>>()
  readonly #sessions = new Registry<string, ServerSession<Data>>()
  readonly #streams = new Registry<string, ServerStream>()

  constructor(runtimeOf: () => Runtime, onSubscriberError: (session: ServerSession<Data>, error: unknown) => void) {
    this.#runtimeOf = runtimeOf
    this.#onSubscriberError = onSubscriberError
  }

  connection(id: string): ServerConnection<Data> | null {
    const known = this.#connections.get(id)
    if (known !== undefined) return known
    const entry = this.#runtimeOf().connections.get(id)
    if (entry === undefined) return null
    const handle = new ServerConnection<Data>(entry, (sessionId) => this.session(sessionId))
    this.#connections.set(id, handle)
    return handle
  }

  session(id: string): ServerSession<Data> | null {
    const known = this.#sessions.get(id)
    if (known !== undefined) return known
    const entry = this.#runtimeOf().sessions.get(id)
    if (entry === undefined) return null
    const handle = new ServerSession<Data>(entry, {
      connection: (connectionId) => this.connection(connectionId),
      stream: (streamId) => this.#streams.get(streamId) ?? null,
      onSubscriberError: this.#onSubscriberError,
    })
    this.#sessions.set(id, handle)
    return handle
  }

  addStream(stream: ServerStream): void {
    this.#streams.set(stream.id, stream)
  }

  forgetStream(id: string): void {
    this.#streams.delete(id)
  }

  forgetConnection(id: string): ServerConnection<Data> | null {
    const handle = this.connection(id)
    this.#connections.delete(id)
    return handle
  }

  forgetSession(id: string): ServerSession<Data> | null {
    const handle = this.session(id)
    this.#sessions.delete(id)
    return handle
  }

  get connections(): readonly ServerConnection<Data>[] {
    return [...this.#connections.values()]
  }

  get sessions(): readonly ServerSession<Data>[] {
    return [...this.#sessions.values()]
  }
}
