// Compiles src into dist and copies what is not TypeScript (the demo clip) beside it.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, rmSync } from 'node:fs'

rmSync('dist', { recursive: true, force: true })
const tsc = spawnSync(process.execPath, ['node_modules/ts7/bin/tsc', '-p', '.config/tsconfig.build.json'], {
  stdio: 'inherit',
})
if (tsc.status !== 0) process.exit(tsc.status ?? 1)
if (existsSync('src/cli/demo/clip')) cpSync('src/cli/demo/clip', 'dist/cli/demo/clip', { recursive: true })
if (existsSync('dist/cli/main.js')) chmodSync('dist/cli/main.js', 0o755)
