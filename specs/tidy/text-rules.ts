/** Rules about what may stand in a file, apart from its imports. Each names the file, the line and what to do instead. */
import { lineAt, type SourceText } from './source-text.ts'

interface TextRule {
  readonly pattern: RegExp
  readonly problem: string
  readonly files: RegExp
  readonly except?: RegExp
  /** Comments and strings count as well. */
  readonly isAboutText?: boolean
}

const sources = /^src\//u
const specs = /^specs\//u
const examples = /^examples\//u
const everywhere = /^(?:src|specs|examples)\//u

/** Where the real clock, real randomness and the event loop may be touched. */
const nearTheSystem = /^src\/(?:io|cli)\//u
/** Declarations of a package that has none of its own: they say what it exports, not what we would. */
const foreignTypes = /\.d\.ts$/u
/** The checker and its spec hold the forbidden words as examples. */
const theChecker = /^specs\/tidy(?:\/|\.spec\.ts$)/u

/** Lines of a file: a source file is read by people, a spec may carry its tables. */
const mostLines = [
  { files: sources, lines: 400 },
  { files: specs, lines: 700 },
  { files: examples, lines: 300 },
]

const throughPort = 'comes in through a port: contracts/clock.ts, contracts/entropy.ts'

const rules: readonly TextRule[] = [
  { pattern: /\bDate\.now\b/u, problem: `Date.now ${throughPort}`, files: sources, except: nearTheSystem },
  { pattern: /\bnew Date\(\s*\)/u, problem: `new Date() ${throughPort}`, files: sources, except: nearTheSystem },
  { pattern: /\bMath\.random\b/u, problem: `Math.random ${throughPort}`, files: sources, except: nearTheSystem },
  { pattern: /\bperformance\s*\./u, problem: `performance ${throughPort}`, files: sources, except: nearTheSystem },
  {
    pattern: /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask|nextTick)\b/u,
    problem: `scheduling ${throughPort}`,
    files: sources,
    except: nearTheSystem,
  },
  {
    pattern: /(?::|\bas\b|<|\||&)\s*any\b|,\s*any\s*[>,\]]|\bany\[\]/u,
    problem: 'any: say what it is',
    files: everywhere,
  },
  {
    pattern: /\bexport\s+default\b/u,
    problem: 'default export: give it a name',
    files: everywhere,
    except: foreignTypes,
  },
  {
    pattern: /@ts-(?:ignore|nocheck)/u,
    problem: 'a switched-off type check: mend the type',
    files: everywhere,
    except: theChecker,
    isAboutText: true,
  },
  {
    pattern: /eslint-disable/u,
    problem: 'a switched-off lint rule: mend the code',
    files: everywhere,
    except: theChecker,
    isAboutText: true,
  },
  {
    pattern: /\b(?:TODO|FIXME|XXX)\b/u,
    problem: 'unfinished work: finish it or leave it out',
    files: everywhere,
    except: theChecker,
    isAboutText: true,
  },
  {
    pattern:
      /\b(?:it|test|describe|suite)\b(?:\s*\.\s*\w+)*\s*\.\s*(?:only|skip|todo)\b|\b(?:xit|xtest|xdescribe|fit|fdescribe)\s*\(/u,
    problem: 'a spec that is left out or leaves others out',
    files: specs,
  },
]

/** What is wrong with the text of one file. */
export function textProblems(source: SourceText): readonly string[] {
  const told: string[] = []
  for (const rule of rules) {
    if (!rule.files.test(source.path) || rule.except?.test(source.path) === true) continue
    const text = rule.isAboutText === true ? source.raw : source.code
    for (const match of text.matchAll(new RegExp(rule.pattern, 'gu')))
      told.push(`${source.path}:${lineAt(source, match.index)} ${rule.problem}`)
  }
  const lines = source.raw.trimEnd().split('\n').length
  for (const most of mostLines) {
    if (most.files.test(source.path) && lines > most.lines)
      told.push(`${source.path}:${lines} has more than ${most.lines} lines: it holds more than one concept`)
  }
  return told
}
