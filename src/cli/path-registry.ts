/**
 * Who publishes where: the whole application logic of the program, apart from the server it is connected to. A path has
 * at most one publisher. Releasing names the publisher, so that a session that was replaced cannot, when it ends late,
 * take away the path of its successor.
 */

/** Options of a registry. */
export interface PathRegistryOptions {
  /** True: a new publisher replaces the current one. Reserved paths are never taken over. Default false. */
  readonly allowsTakeover?: boolean
  /** Most paths at a time. Default 1000. */
  readonly maxPaths?: number
  /** Most UTF-16 code units in a name. Default 255. */
  readonly maxNameLength?: number
}

/** Why a path was refused. */
export type PathRefusal = 'busy' | 'reserved' | 'invalidName' | 'tooManyPaths'

/** What came of a claim. */
export type PathClaim<Publisher> =
  /** `replaced` is the publisher that lost the path and has to be closed. */
  | { readonly kind: 'claimed'; readonly name: string; readonly replaced: Publisher | undefined }
  /** `message` is a sentence for the log. */
  | { readonly kind: 'refused'; readonly reason: PathRefusal; readonly message: string }

interface Entry<Publisher> {
  readonly publisher: Publisher
  readonly isReserved: boolean
}

/** Name of a path: without slashes at either end. `/live/` and `live` are the same path. */
export function pathName(path: string): string {
  let start = 0
  let end = path.length
  while (start < end && path[start] === '/') start++
  while (end > start && path[end - 1] === '/') end--
  return path.slice(start, end)
}

/** Paths and their publishers. A publisher is whatever the caller uses to know it again; it is compared by identity. */
export class PathRegistry<Publisher> {
  readonly #entries = new Map<string, Entry<Publisher>>()
  readonly #allowsTakeover: boolean
  readonly #maxPaths: number
  readonly #maxNameLength: number

  constructor(options: PathRegistryOptions = {}) {
    this.#allowsTakeover = options.allowsTakeover ?? false
    this.#maxPaths = options.maxPaths ?? 1000
    this.#maxNameLength = options.maxNameLength ?? 255
  }

  /** Paths that are published. */
  get count(): number {
    return this.#entries.size
  }

  /** Names of the paths that are published, in the order they were first claimed. */
  names(): string[] {
    return [...this.#entries.keys()]
  }

  /** Publisher of a path, or `undefined`. */
  publisherOf(path: string): Publisher | undefined {
    return this.#entries.get(pathName(path))?.publisher
  }

  /** Gives a path to a publisher, unless there is a reason against it. Claiming what one has already changes nothing. */
  claim(path: string, publisher: Publisher): PathClaim<Publisher> {
    return this.#claim(path, publisher, false)
  }

  /** Like `claim`, for the program itself: nobody takes the path over. */
  reserve(path: string, publisher: Publisher): PathClaim<Publisher> {
    return this.#claim(path, publisher, true)
  }

  /** Frees a path if it is this publisher's; returns whether it was. */
  release(path: string, publisher: Publisher): boolean {
    const name = pathName(path)
    return this.#entries.get(name)?.publisher === publisher && this.#entries.delete(name)
  }

  /** Frees every path of a publisher and returns their names. */
  releaseAll(publisher: Publisher): string[] {
    const names = [...this.#entries].filter(([, entry]) => entry.publisher === publisher).map(([name]) => name)
    for (const name of names) this.#entries.delete(name)
    return names
  }

  #claim(path: string, publisher: Publisher, isReserved: boolean): PathClaim<Publisher> {
    const name = pathName(path)
    const invalid = this.#nameMistake(name)
    if (invalid !== undefined) return { kind: 'refused', reason: 'invalidName', message: invalid }
    const current = this.#entries.get(name)
    if (current?.publisher === publisher) return { kind: 'claimed', name, replaced: undefined }
    if (current?.isReserved === true) {
      return { kind: 'refused', reason: 'reserved', message: `path '${name}' belongs to the server` }
    }
    if (current !== undefined && !this.#allowsTakeover) {
      return { kind: 'refused', reason: 'busy', message: `path '${name}' is already being published` }
    }
    if (current === undefined && this.#entries.size >= this.#maxPaths) {
      return { kind: 'refused', reason: 'tooManyPaths', message: `there are already ${this.#maxPaths} paths` }
    }
    this.#entries.set(name, { publisher, isReserved })
    return { kind: 'claimed', name, replaced: current?.publisher }
  }

  #nameMistake(name: string): string | undefined {
    if (name === '') return 'the path has no name'
    if (name.length > this.#maxNameLength)
      return `the name of the path is longer than ${this.#maxNameLength} characters`
    if (/\p{Cc}/u.test(name)) return 'the name of the path has control characters'
    return undefined
  }
}
