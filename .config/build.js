// Compiles src and copies what is not TypeScript (the demo clip) beside it. The result replaces dist in one step, so that
// a server that starts meanwhile finds the old one or the new one, never half of it.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, renameSync, rmSync } from 'node:fs'

const fresh = `.dist-${process.pid}`
const old = `${fresh}-old`

const tsc = spawnSync(
  process.execPath,
  ['node_modules/ts7/bin/tsc', '-p', '.config/tsconfig.build.json', '--outDir', fresh],
  { stdio: 'inherit' },
)
if (tsc.status !== 0) {
  rmSync(fresh, { recursive: true, force: true })
  process.exit(tsc.status ?? 1)
}
cpSync('src/cli/demo/clip', `${fresh}/cli/demo/clip`, { recursive: true })
chmodSync(`${fresh}/cli/main.js`, 0o755)
try {
  renameSync('dist', old)
} catch {
  // There was none, or another build was faster.
}
try {
  renameSync(fresh, 'dist')
} catch {
  // Another build put its dist there in between: it is as good as this one.
  rmSync(fresh, { recursive: true, force: true })
}
rmSync(old, { recursive: true, force: true })
