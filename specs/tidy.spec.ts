/**
 * Holds the tree to src/ARCHITECTURE.md and to the rules that no compiler knows. The checkers are in specs/tidy; each is
 * tried on bad snippets first, because a check that cannot fail is worse than none.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importCycles, importsOf } from './tidy/imports.ts'
import { layerProblems } from './tidy/layers.ts'
import { readSource, type SourceText } from './tidy/source-text.ts'
import { textProblems } from './tidy/text-rules.ts'

const root = new URL('..', import.meta.url).pathname

function filesOf(folder: string): readonly SourceText[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => readSource(path, readFileSync(join(root, path), 'utf8')))
}

const sources = filesOf('src')
const specs = filesOf('specs')
const examples = filesOf('examples')

/** One line for each problem, so that a failure is a list to work through. */
const listed = (problems: readonly string[]) => problems.join('\n')

describe('the tree', () => {
  it('is found', () => {
    expect(sources.map((source) => source.path)).toContain('src/contracts/network.ts')
    expect(specs.map((source) => source.path)).toContain('specs/tidy.spec.ts')
  })

  it('keeps the layers of src/ARCHITECTURE.md', () => {
    expect(listed(sources.flatMap(layerProblems))).toBe('')
  })

  it('has no circles of imports', () => {
    expect(listed(importCycles(sources))).toBe('')
  })

  it('holds nothing that may not stand there', () => {
    expect(listed([...sources, ...specs, ...examples].flatMap(textProblems))).toBe('')
  })
})

const line = (path: string, code: string) => readSource(path, `\n${code}\n`)

describe('the checker of layers tells', () => {
  it.each([
    ['src/contracts/x.ts', "import { a } from '../wire/a.ts'", 'contracts may not import wire'],
    ['src/wire/x.ts', "import { Subject } from 'rxjs'", 'wire may not import rxjs'],
    ['src/wire/x.ts', "import { z } from 'zod'", 'wire may not import zod'],
    ['src/wire/x.ts', "import type { Socket } from 'node:net'", 'wire may not import node:'],
    ['src/wire/x.ts', "import '../io/node-clock.ts'", 'wire may not import io'],
    ['src/wire/x.ts', "const a = await import('rxjs')", 'wire may not import rxjs'],
    ['src/formats/h264.ts', "import { map } from 'rxjs'", 'formats may not import rxjs'],
    ['src/kernel/x.ts', "import type { A } from '../wire/a.ts'", 'kernel may not import wire'],
    ['src/media/x.ts', "import { Subject, asapScheduler } from 'rxjs'", 'media may not take asapScheduler from rxjs'],
    ['src/media/x.ts', "import { a } from '../actors/session/protocol.ts'", 'media may not import actors'],
    ['src/actors/session/reducer.ts', "import { of } from 'rxjs'", 'reducers may not import rxjs'],
    ['src/actors/session/reducer.ts', "import { A } from '../../kernel/step.ts'", 'reducers may not import kernel'],
    [
      'src/actors/session/reducer.ts',
      "import type { R } from '../runtime.ts'",
      'reducers may not import src/actors/runtime.ts',
    ],
    ['src/actors/session/interpreter.ts', "import { z } from 'zod'", 'interpreters may not import zod'],
    ['src/actors/session/interpreter.ts', "import { c } from 'node:net'", 'interpreters may not import node:'],
    ['src/actors/session/inbound-effects.ts', "import { c } from 'node:net'", 'interpreters may not import node:'],
    ['src/io/x.ts', "import { A } from '../kernel/step.ts'", 'io may not import kernel'],
    ['src/api/x.ts', "import { V } from '../testing/virtual-clock.ts'", 'api may not import testing'],
    ['src/testing/x.ts', "import { readFile } from 'node:fs'", 'testing may not import node:'],
    ['src/cli/x.ts', "import { S } from '../api/server.ts'", 'cli may not import api'],
    ['src/api/x.ts', "import { main } from '../cli/main.ts'", 'api may not import cli'],
    ['src/api/x.ts', "import { a } from '../wire/index.ts'", 'imports through the barrel src/wire/index.ts'],
    ['src/index.ts', "export * from './api/server.ts'", 'exports everything'],
    ['src/api/x.ts', "import { a } from './server'", 'without .ts'],
    ['src/api/x.ts', "import { a } from '../../specs/a.ts'", 'from outside src'],
    ['src/stray.ts', "import { a } from './api/a.ts'", 'belongs to no layer'],
    ['src/formats/x.ts', "import {\n  a,\n  b,\n} from '../api/a.ts'", 'formats may not import api'],
  ])('%s: %j', (path, code, problem) => {
    const problems = layerProblems(line(path, code))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(`${path}:2 `)
    expect(problems[0]).toContain(problem)
  })

  it.each([
    ['src/formats/all.ts', "export { a } from './a.ts'\nexport type { B } from './b.ts'"],
    ['src/formats/index.ts', 'export const a = 1'],
  ])('a barrel out of place: %s: %j', (path, code) => {
    expect(layerProblems(line(path, code))).toEqual([`${path}:1 only re-exports, and is none of the barrels`])
  })

  it.each([
    ['src/wire/sdp/x.ts', "import { parse } from 'sdp-transform'\nimport { z } from 'zod'"],
    ['src/wire/x.ts', "import type { A } from '../contracts/a.ts'\nimport { b } from './b.ts'"],
    ['src/formats/operators.ts', "import { map } from 'rxjs'"],
    ['src/kernel/x.ts', "import { observeOn } from 'rxjs'"],
    ['src/media/x.ts', "import { Subject, type SchedulerLike } from 'rxjs'"],
    ['src/actors/session/reducer.ts', "import type { Step } from '../../kernel/step.ts'"],
    ['src/actors/session/interpreter.ts', "import { map } from 'rxjs'\nimport { H } from '../../media/h.ts'"],
    ['src/io/x.ts', "import { connect } from 'node:net'\nimport type { S } from '../kernel/step.ts'"],
    ['src/cli/x.ts', "import { createRtspServer } from '../index.ts'\nimport yaml from 'yaml'"],
    ['src/cli/x.ts', "import { rtspError } from '../contracts/rtsp-error.ts'"],
    ['src/index.ts', "export { a } from './api/a.ts'\nexport type { B } from './wire/b.ts'"],
    ['src/wire/x.ts', "// import { a } from '../api/a.ts'\nexport const text = \"import { a } from 'rxjs'\""],
    ['src/wire/framer.ts', "export type { A } from './a.ts'\nexport class Framer {}"],
  ])('nothing about %s: %j', (path, code) => {
    expect(layerProblems(line(path, code))).toEqual([])
  })
})

describe('the checker of circles tells', () => {
  const file = (name: string, code: string) => line(`src/wire/${name}.ts`, code)

  it('a circle of values, with its way, and not one of types', () => {
    const circle = [
      file('a', "import { b } from './b.ts'"),
      file('b', "import { c } from './c.ts'"),
      file('c', "import { a } from './a.ts'"),
    ]
    expect(importCycles(circle)).toEqual([
      'src/wire/c.ts:2 closes a circle of imports: src/wire/a.ts -> src/wire/b.ts -> src/wire/c.ts -> src/wire/a.ts',
    ])
    expect(importCycles([file('a', "import { a } from './a.ts'")])).toHaveLength(1)
    const types = [file('a', "import { b } from './b.ts'"), file('b', "import { type A, type B } from './a.ts'")]
    expect(importCycles(types)).toEqual([])
    const tree = [file('a', "import { b } from './b.ts'\nimport { c } from './c.ts'"), file('b', "import './c.ts'")]
    expect(importCycles([...tree, file('c', '')])).toEqual([])
  })
})

describe('the checker of text tells', () => {
  it.each([
    ['src/media/x.ts', 'const now = Date.now()', 'Date.now'],
    ['src/media/x.ts', 'const now = new Date()', 'new Date()'],
    ['src/api/x.ts', 'const id = Math.random()', 'Math.random'],
    ['src/kernel/x.ts', 'const now = performance.now()', 'performance'],
    ['src/kernel/x.ts', 'setTimeout(callback, 1)', 'scheduling'],
    ['src/kernel/x.ts', 'const later = `${setInterval(callback, 1)}`', 'scheduling'],
    ['src/kernel/x.ts', 'queueMicrotask(callback)', 'scheduling'],
    ['src/kernel/x.ts', 'globalThis.setImmediate(callback)', 'scheduling'],
    ['src/kernel/x.ts', 'process.nextTick(callback)', 'scheduling'],
    ['src/wire/x.ts', 'function f(value: any) {}', 'any'],
    ['src/wire/x.ts', 'const a = b as any', 'any'],
    ['src/wire/x.ts', 'const a = new Map<string, any>()', 'any'],
    ['specs/wire/x.spec.ts', 'const a: any[] = []', 'any'],
    ['src/wire/x.ts', 'export default 1', 'default export'],
    ['src/wire/x.ts', '// @ts-ignore', 'type check'],
    ['specs/wire/x.spec.ts', '/* eslint-disable */', 'lint rule'],
    ['src/wire/x.ts', '// TODO', 'unfinished'],
    ['src/wire/x.ts', "throw new Error('FIXME')", 'unfinished'],
    ['specs/x.spec.ts', "it.only('a', () => {})", 'left out'],
    ['specs/x.spec.ts', "describe.skip('a', () => {})", 'left out'],
    ['specs/x.spec.ts', "it.concurrent.todo('a')", 'left out'],
    ['specs/x.spec.ts', "xit('a', () => {})", 'left out'],
  ])('%s: %j', (path, code, problem) => {
    const problems = textProblems(line(path, code))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(`${path}:2 `)
    expect(problems[0]).toContain(problem)
  })

  it('a file that is too long', () => {
    expect(textProblems(line('src/wire/x.ts', 'a\n'.repeat(400)))).toHaveLength(1)
    expect(textProblems(line('src/wire/x.ts', 'a\n'.repeat(399)))).toEqual([])
  })

  it.each([
    ['src/io/x.ts', 'setTimeout(callback, Date.now() + Math.random() + performance.now())'],
    ['src/wire/x.ts', '// any: as any, Date.now, setTimeout( and export default, in a comment'],
    ['src/wire/x.ts', "const text = 'as any; Date.now()'"],
    ['src/wire/x.ts', 'const text = `Math.random() of ${name} as any`'],
    ['src/wire/x.ts', 'const quote = /[\'"`]/u\nconst half = total / 2 // as any'],
    ['src/wire/x.ts', 'const anyone: Anything = many'],
    ['src/media/x.ts', 'clock.setTimer(5, callback)\nconst day = new Date(0)'],
    ['src/wire/package.d.ts', 'export default parse'],
    ['specs/x.spec.ts', "it.runIf(hasFfmpeg)('a', () => {})\nit.skipIf(isSlow)('b', () => {})\nsource.pipe(skip(1))"],
  ])('nothing about %s: %j', (path, code) => {
    expect(textProblems(line(path, code))).toEqual([])
  })
})

describe('reading imports', () => {
  it('tells types from values, and names by their original name', () => {
    const source = line(
      'src/api/x.ts',
      "import base, { one as two, type Three } from './a.ts'\nimport type { Four } from './b.ts'\nimport * as all from 'rxjs'",
    )
    expect(importsOf(source)).toMatchObject([
      { line: 2, target: 'src/api/a.ts', isTypeOnly: false, valueNames: ['base', 'one'] },
      { line: 3, target: 'src/api/b.ts', isTypeOnly: true, valueNames: [] },
      { line: 4, target: 'rxjs', isTypeOnly: false, valueNames: ['*'] },
    ])
  })

  it('is not led astray by what comes before', () => {
    const source = line('src/api/x.ts', "export const from = 1\nconst re = /from '/u\nimport { a } from './a.ts'")
    expect(importsOf(source)).toMatchObject([{ line: 4, target: 'src/api/a.ts' }])
  })
})
