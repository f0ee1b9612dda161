/** Reads the imports and re-exports of a file, and finds files that import each other in a circle. */
import { posix } from 'node:path'
import { lineAt, type SourceText } from './source-text.ts'

/** One import or re-export. */
export interface Import {
  readonly line: number
  /** As written: `./x.ts`, `rxjs`, `node:net`. */
  readonly specifier: string
  /** Path from the root for a relative import, the specifier for a package. */
  readonly target: string
  /** Nothing of it is left at run time. */
  readonly isTypeOnly: boolean
  readonly isReExport: boolean
  /** `export *`. */
  readonly isStar: boolean
  /** Names that exist at run time, under their original name; `*` for all. */
  readonly valueNames: readonly string[]
}

const statements = [
  /\bimport\s+(?<type>type\s+(?!from\b))?(?<clause>[\w$*\s{},]+?)\s*from\s*['"]/gu,
  /\bexport\s+(?<type>type\s+)?(?<clause>\{[^}]*\}|\*(?:\s*as\s+\w+)?)\s*from\s*['"]/gu,
  /\bimport\s*\(?\s*['"]/gu,
]

/** All imports of a file, in the order of their lines. */
export function importsOf(source: SourceText): readonly Import[] {
  const found: Import[] = []
  for (const statement of statements) {
    for (const match of source.code.matchAll(statement)) {
      const start = match.index + match[0].length
      const quote = source.raw.charAt(start - 1)
      const specifier = source.raw.slice(start, source.raw.indexOf(quote, start))
      const clause = match.groups?.['clause'] ?? '*'
      const names = clauseNames(clause)
      const isTypeOnly = match.groups?.['type'] !== undefined || (names.length > 0 && names.every(isTypeName))
      found.push({
        line: lineAt(source, match.index),
        specifier,
        target: specifier.startsWith('.') ? posix.join(posix.dirname(source.path), specifier) : specifier,
        isTypeOnly,
        isReExport: match[0].startsWith('export'),
        isStar: match[0].startsWith('export') && clause.startsWith('*'),
        valueNames: isTypeOnly
          ? []
          : names.filter((name) => !isTypeName(name)).map((name) => name.replace(/ as .*/u, '')),
      })
    }
  }
  return found.sort((one, other) => one.line - other.line)
}

function clauseNames(clause: string): string[] {
  return clause
    .replace(/[{}]/gu, ',')
    .split(',')
    .map((name) => name.trim().replace(/\s+/gu, ' '))
    .filter((name) => name !== '')
}

function isTypeName(name: string): boolean {
  return name.startsWith('type ')
}

/** Circles of imports that exist at run time; each is told once, at the import that closes it. */
export function importCycles(sources: readonly SourceText[]): readonly string[] {
  const edges = new Map(sources.map((source) => [source.path, importsOf(source).filter((one) => !one.isTypeOnly)]))
  const done = new Set<string>()
  const trail: string[] = []
  const problems: string[] = []
  const visit = (path: string) => {
    trail.push(path)
    for (const { target, line } of edges.get(path) ?? []) {
      const start = trail.indexOf(target)
      if (start >= 0)
        problems.push(`${path}:${line} closes a circle of imports: ${trail.slice(start).join(' -> ')} -> ${target}`)
      else if (edges.has(target) && !done.has(target)) visit(target)
    }
    trail.pop()
    done.add(path)
  }
  for (const path of edges.keys()) if (!done.has(path)) visit(path)
  return problems
}
