import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { errorTable } from '../../src/contracts/error-table.ts'

/** The error table, src/contracts/ERRORS.md and the code itself, held against each other in every direction. */

const source = new URL('../../src/', import.meta.url)

function codesInSource(): ReadonlySet<string> {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  const texts = files
    .filter((name) => name.endsWith('.ts') && !name.endsWith('error-table.ts'))
    .map((name) => readFileSync(new URL(name.replaceAll('\\', '/'), source), 'utf8'))
  return new Set(texts.flatMap((text) => [...text.matchAll(/'(ERR_RTSP_\w+)'/g)].map(([, code = '']) => code)))
}

interface Documented {
  readonly code: string
  readonly status: number
  readonly text: string
  readonly cells: readonly string[]
}

/** The rows of the tables: `| code | status | text | raised when | what to do |`. */
function documented(): readonly Documented[] {
  const page = readFileSync(new URL('contracts/ERRORS.md', source), 'utf8')
  return [...page.matchAll(/^\| `(ERR_RTSP_\w+)` \| (\d+) \| `(.*?)` \|(.*)\|$/gm)].map(
    ([, code = '', status = '', text = '', rest = '']) => ({
      code,
      status: Number(status),
      text,
      cells: rest.split('|').map((cell) => cell.trim()),
    }),
  )
}

describe('errors', () => {
  const used = codesInSource()
  const rows = documented()
  const table = Object.entries(errorTable)

  it('are each used somewhere in the source', () => {
    expect(Object.keys(errorTable).filter((code) => !used.has(code))).toEqual([])
  })

  it('are each in the table', () => {
    expect([...used].filter((code) => !(code in errorTable))).toEqual([])
  })

  it('are documented once each, in the order of the table', () => {
    expect(rows.map(({ code }) => code)).toEqual(Object.keys(errorTable))
  })

  it.each(rows)('$code has the documented status and text', ({ code, status, text }) => {
    expect({ status, text }).toEqual({
      status: table.find(([name]) => name === code)?.[1].status,
      text: table.find(([name]) => name === code)?.[1].text,
    })
  })

  it.each(rows)('$code says when it is raised and what to do', ({ cells }) => {
    expect(cells).toHaveLength(2)
    for (const cell of cells) expect(cell.length).toBeGreaterThan(5)
  })

  it('that close a connection are not answered with a status of success', () => {
    for (const [, { status }] of table) expect(status === 0 || (status >= 400 && status < 600)).toBe(true)
  })

  it('of the caller never become an answer to a peer', () => {
    for (const [, { kind, status }] of table) if (kind === 'usage') expect(status).toBe(0)
  })
})
