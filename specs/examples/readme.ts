import { readFileSync } from 'node:fs'

/** The examples of README.md, by the name in the comment before each: `<!-- example: relay -->`. */
export function readmeExamples(): ReadonlyMap<string, string> {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const blocks = text.matchAll(/<!-- example: ([\w-]+) -->\n```ts\n([\s\S]*?)```/g)
  return new Map([...blocks].map(([, name = '', code = '']) => [name, code]))
}
