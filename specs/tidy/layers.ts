/** The table of layers from src/ARCHITECTURE.md, as a rule for each import. */
import { importsOf, type Import } from './imports.ts'
import type { SourceText } from './source-text.ts'

interface Layer {
  readonly name: string
  /** Which files it is about; the first layer that fits a file counts. */
  readonly files: RegExp
  /** What may be imported, beside the folder's own files: folders of `src`, packages, `node:`. */
  readonly values: readonly string[]
  /** What may be imported as types only. */
  readonly types?: readonly string[]
  /** Any package, because it is nobody's dependency. */
  readonly takesPackages?: boolean
}

const everything = ['contracts', 'wire', 'formats', 'kernel', 'media', 'actors', 'io', 'api']

const layers: readonly Layer[] = [
  { name: 'contracts', files: /^src\/contracts\//u, values: [] },
  { name: 'wire/sdp', files: /^src\/wire\/sdp\//u, values: ['contracts', 'sdp-transform', 'zod'] },
  { name: 'hashes of wire/auth', files: /^src\/wire\/auth\/hashing\.ts$/u, values: ['contracts', 'node:'] },
  {
    name: 'ciphers of wire/srtp',
    files: /^src\/wire\/srtp\/(?:hmac-sha1|keystream)\.ts$/u,
    values: ['contracts', 'node:'],
  },
  { name: 'wire', files: /^src\/wire\//u, values: ['contracts'] },
  { name: 'operators of formats', files: /^src\/formats\/operators/u, values: ['contracts', 'wire', 'rxjs'] },
  { name: 'formats', files: /^src\/formats\//u, values: ['contracts', 'wire'] },
  { name: 'kernel', files: /^src\/kernel\//u, values: ['contracts', 'rxjs'] },
  { name: 'media', files: /^src\/media\//u, values: ['contracts', 'wire', 'formats', 'rxjs'] },
  {
    name: 'interpreters',
    files: /^src\/actors\/(?:.*\/)?(?:interpreter|runtime|[\w-]+-effects)\.ts$/u,
    values: ['contracts', 'wire', 'formats', 'kernel', 'media', 'rxjs'],
  },
  { name: 'reducers', files: /^src\/actors\//u, values: ['contracts', 'wire', 'formats'], types: ['kernel'] },
  { name: 'WebSockets of io', files: /^src\/io\/websocket-duplex\.ts$/u, values: ['contracts', 'node:', 'ws'] },
  { name: 'io', files: /^src\/io\//u, values: ['contracts', 'node:'], types: ['kernel'] },
  { name: 'api', files: /^src\/api\//u, values: [...everything, 'rxjs', 'zod'] },
  { name: 'testing', files: /^src\/testing\//u, values: ['contracts', 'kernel', 'wire', 'formats', 'rxjs'] },
  {
    name: 'cli',
    files: /^src\/cli\//u,
    values: ['index', 'contracts', 'formats', 'io', 'node:'],
    takesPackages: true,
  },
  { name: 'the root', files: /^src\/index\.ts$/u, values: everything },
]

const barrels = new Set(['src/index.ts', 'src/wire/index.ts', 'src/testing/index.ts'])

/** What the data plane takes of rxjs at run time: no scheduler, no timer, no operator. */
const mediaTakesOfRxjs = new Set(['Subject', 'Observable', 'Subscriber', 'Subscription'])

/** What is wrong with the imports of one file. */
export function layerProblems(source: SourceText): readonly string[] {
  const imports = importsOf(source)
  const told = imports.flatMap((one) => {
    const problem = importProblem(source.path, one)
    return problem === undefined ? [] : [`${source.path}:${one.line} ${problem}`]
  })
  return isBarrelOutOfPlace(source, imports)
    ? [...told, `${source.path}:1 only re-exports, and is none of the barrels`]
    : told
}

function importProblem(path: string, one: Import): string | undefined {
  if (one.isStar) return 'exports everything (export *): name what is exported'
  const layer = layerOf(path)
  if (layer === undefined) return 'belongs to no layer of src/ARCHITECTURE.md'
  if (barrels.has(one.target) && !(layer.name === 'cli' && one.target === 'src/index.ts'))
    return `imports through the barrel ${one.target}`
  if (one.specifier.startsWith('.') && !one.target.startsWith('src/')) return `imports ${one.target} from outside src`
  if (one.specifier.startsWith('.') && !one.specifier.endsWith('.ts')) return `imports ${one.specifier} without .ts`
  const what = importedThing(one)
  if (layer.name === 'reducers' && layerOf(one.target)?.name === 'interpreters')
    return `reducers may not import ${one.target}`
  if (layer.name === 'media' && what === 'rxjs') return foreignRxjsName(one)
  if (what === folderOf(path) || layer.values.includes(what)) return undefined
  if (one.isTypeOnly && (layer.types ?? []).includes(what)) return undefined
  if (layer.takesPackages === true && !one.specifier.startsWith('.')) return undefined
  return `${layer.name} may not import ${what} (${one.specifier})${one.isTypeOnly ? ', not even its types' : ''}`
}

function foreignRxjsName(one: Import): string | undefined {
  const name = one.valueNames.find((each) => !mediaTakesOfRxjs.has(each))
  return name === undefined ? undefined : `media may not take ${name} from rxjs`
}

function layerOf(path: string): Layer | undefined {
  return layers.find((layer) => layer.files.test(path))
}

/** The folder of `src` (`index` for its barrel), `node:`, or the name of the package. */
function importedThing(one: Import): string {
  if (one.specifier.startsWith('.')) return folderOf(one.target)
  if (one.specifier.startsWith('node:')) return 'node:'
  const [first = '', second = ''] = one.specifier.split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}

function folderOf(path: string): string {
  return (path.split('/')[1] ?? '').replace(/\.ts$/u, '')
}

/** A file that is called index, or in which nothing is declared and something is re-exported. */
function isBarrelOutOfPlace(source: SourceText, imports: readonly Import[]): boolean {
  if (barrels.has(source.path)) return false
  if (source.path.endsWith('/index.ts')) return true
  const declares =
    /^(?:export\s+)?(?:declare\s+)?(?:abstract\s+|async\s+)?(?:const|let|function|class|interface|type)\s+[\w$]/mu
  return imports.some((one) => one.isReExport) && !declares.test(source.code)
}
