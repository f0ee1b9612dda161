// Runs an example as a user would, by its name: `npm run example -- serve-file movie.mp4`. Examples import 'rxrtsp' by name,
// which inside the package means the build. Where Node cannot read TypeScript (before 22.18), the types are cut out of the
// examples while they are loaded; nothing is written to disk.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

const folder = new URL('../examples/', import.meta.url)

/** Hook of Node's loader; it runs in a thread of its own, which loads this very file for it. */
export async function load(url, context, nextLoad) {
  if (!url.startsWith(folder.href) || !url.endsWith('.ts')) return nextLoad(url, context)
  const { default: ts } = await import('typescript')
  const text = await readFile(new URL(url), 'utf8')
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true },
  })
  return { format: 'module', source: outputText, shortCircuit: true }
}

if (isMainThread) {
  const [name = '', ...args] = process.argv.slice(2)
  const example = new URL(`${name}.ts`, folder)
  if (!/^[\w-]+$/.test(name) || !existsSync(example)) {
    console.error('usage: npm run example -- NAME [arguments]; the names are the files in examples/')
    process.exit(2)
  }
  if (!process.features.typescript) register(import.meta.url)
  process.argv = [process.argv[0], example.pathname, ...args]
  await import(example.href)
}
