/**
 * Units and identifiers that cross layers. They are branded so that a duration is not mistaken for a wall time, nor one
 * kind of id for another; at run time they are plain numbers and strings.
 */

declare const brand: unique symbol
type Branded<Base, Name extends string> = Base & { readonly [brand]?: Name }

/** Milliseconds on the monotonic clock of the process; the zero point means nothing. May have a fraction. */
export type Millis = Branded<number, 'Millis'>

/** Milliseconds since 1970-01-01T00:00:00Z on the wall clock. May have a fraction (about 0.2 microseconds survive). */
export type UnixMillis = Branded<number, 'UnixMillis'>

/** Nanoseconds since 1970-01-01T00:00:00Z. */
export type UnixNanos = Branded<bigint, 'UnixNanos'>

/** Names a connection in logs, messages and traces: `c1`, `c2`, ... Never reused within a server. */
export type ConnectionId = Branded<string, 'ConnectionId'>

/** Names a session in logs, messages and traces: `s1`, `s2`, ... It is not the secret id on the wire. */
export type SessionId = Branded<string, 'SessionId'>

/** Names a stream in logs, messages and traces: `t1`, `t2`, ... */
export type StreamId = Branded<string, 'StreamId'>
