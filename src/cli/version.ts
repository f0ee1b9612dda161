/**
 * The version of the package. It is read from `package.json` when it is asked for, so that there is one place that
 * says it; source and build lie equally deep below that file.
 */

import { readFileSync } from 'node:fs'

/** Version as the package has it (`1.2.3`), or `unknown` when the program was moved away from its package. */
export function packageVersion(): string {
  let text: string
  try {
    text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  } catch {
    // A server that runs without being able to say its version is better than one that does not run.
    return 'unknown'
  }
  return versionOf(text)
}

/** The `version` of the text of a `package.json`, or `unknown`. */
export function versionOf(packageJson: string): string {
  return /"version"\s*:\s*"([^"]+)"/.exec(packageJson)?.[1] ?? 'unknown'
}
