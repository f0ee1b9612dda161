/**
 * Types of what an application keeps in `connection.userData` and `session.userData`. Named once, where the server is
 * made, and known to every handler and event from there on:
 *
 * ```ts
 * const server = createRtspServer<{ session: { startedAt: number } }>({
 *   handlers: { record: ({ session }) => { session.userData = { startedAt: 0 }; return respond.ok() } },
 * })
 * ```
 */
export interface UserData {
  readonly connection?: unknown
  readonly session?: unknown
}
