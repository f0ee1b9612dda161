/**
 * Deep equality with a difference a person can read, for helpers that must not depend on a test framework. It compares
 * what specs compare: plain data, arrays, bytes, maps, sets, errors and class instances by their own fields.
 */

/** Where two values differ first: a path such as `[2].notification.value`, and both sides. */
export interface Difference {
  readonly path: string
  readonly actual: unknown
  readonly expected: unknown
}

/** The first difference of two values, `undefined` if there is none. `NaN` equals itself, `0` equals `-0`. */
export function firstDifference(actual: unknown, expected: unknown): Difference | undefined {
  return compare(actual, expected, '', [])
}

/** Throws an `Error` that names the first difference and prints both values, unless they are deeply equal. */
export function assertDeepEqual(actual: unknown, expected: unknown): void {
  const difference = firstDifference(actual, expected)
  if (difference === undefined) return
  const where = difference.path === '' ? 'values differ' : `values differ at ${difference.path}`
  throw new Error(
    `${where}: ${print(difference.actual)} instead of ${print(difference.expected)}\n` +
      `actual:\n${printLines(actual)}\nexpected:\n${printLines(expected)}`,
  )
}

type Pair = readonly [object, object]

function compare(actual: unknown, expected: unknown, path: string, open: readonly Pair[]): Difference | undefined {
  if (actual === expected || (Number.isNaN(actual) && Number.isNaN(expected))) return undefined
  const difference: Difference = { path, actual, expected }
  if (typeof actual !== 'object' || typeof expected !== 'object' || actual === null || expected === null)
    return difference
  if (Object.getPrototypeOf(actual) !== Object.getPrototypeOf(expected)) return difference
  // A pair that is being compared further up is a cycle, and equal as far as this branch can tell.
  if (open.some(([one, other]) => one === actual && other === expected)) return undefined
  const inner: readonly Pair[] = [...open, [actual, expected]]
  const actualFields = fieldsOf(actual)
  const expectedFields = fieldsOf(expected)
  for (const [name, value] of expectedFields) {
    const fieldPath = `${path}${name}`
    if (!actualFields.has(name)) return { path: fieldPath, actual: undefined, expected: value }
    const found = compare(actualFields.get(name), value, fieldPath, inner)
    if (found !== undefined) return found
  }
  for (const [name, value] of actualFields) {
    if (!expectedFields.has(name)) return { path: `${path}${name}`, actual: value, expected: undefined }
  }
  return undefined
}

/** What a value consists of, each part under the way one would write to reach it. */
function fieldsOf(value: object): Map<string, unknown> {
  const fields = new Map<string, unknown>()
  if (value instanceof Map) {
    let index = 0
    for (const [key, entry] of value) fields.set(`.entry(${index++})`, [key, entry])
  } else if (value instanceof Set) {
    let index = 0
    for (const entry of value) fields.set(`.entry(${index++})`, entry)
  } else if (value instanceof Date) {
    fields.set('.getTime()', value.getTime())
  } else if (value instanceof Error) {
    fields.set('.message', value.message)
  }
  const isList = Array.isArray(value) || ArrayBuffer.isView(value)
  if (isList) fields.set('.length', 'length' in value ? value.length : undefined)
  for (const [name, entry] of Object.entries(value)) fields.set(isList ? `[${name}]` : `.${name}`, entry)
  return fields
}

function print(value: unknown): string {
  if (value instanceof Error) return `${value.name}(${JSON.stringify(value.message)})`
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'string' ? JSON.stringify(value) : typeof value === 'bigint' ? `${value}n` : String(value)
  }
  const seen = new Set<unknown>()
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'bigint' || typeof inner === 'symbol') return String(inner)
    if (typeof inner === 'function') return '(function)'
    if (typeof inner !== 'object' || inner === null) return inner
    if (seen.has(inner)) return '(again)'
    seen.add(inner)
    if (inner instanceof Map || inner instanceof Set) return [...inner] as unknown[]
    if (ArrayBuffer.isView(inner)) return Object.values(inner) as unknown[]
    return inner
  })
}

function printLines(value: unknown): string {
  return Array.isArray(value)
    ? value.map((entry, index) => `  [${index}] ${print(entry)}`).join('\n')
    : `  ${print(value)}`
}
