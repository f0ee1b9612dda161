import type { ServerHandlers } from '../../src/api/handlers.ts'
import type { RtspServerOptions } from '../../src/api/options.ts'
import { Scene, type Client } from '../api/scene.ts'

/** A client on a whole server in memory; quirks are sent to it as the bytes they are. */
export async function clientOf(
  options: RtspServerOptions = {},
  handlers: ServerHandlers = {},
): Promise<{ readonly scene: Scene; readonly client: Client }> {
  const scene = await new Scene(options, handlers).listen()
  return { scene, client: scene.client() }
}

/** Lines of a message as they go over the wire. */
export function message(...lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** Status codes of everything that was answered. */
export function statuses(client: Client): readonly number[] {
  return client.answers().map(({ statusCode }) => statusCode)
}
