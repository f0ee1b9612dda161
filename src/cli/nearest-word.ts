/**
 * Finds what somebody meant to type. The distance counts single-letter insertions, removals, replacements and swaps of
 * neighbours, which covers what fingers do; words further away than a third of their length are not suggested, for a
 * wrong hint is worse than none.
 */

/** The candidate nearest to `word`, or `undefined` when none is near enough. The first of equals wins. */
export function nearestWord(word: string, candidates: readonly string[]): string | undefined {
  let nearest: string | undefined
  let nearestDistance = Infinity
  for (const candidate of candidates) {
    const distance = distanceOf(word.slice(0, longestWord).toLowerCase(), candidate.toLowerCase())
    if (distance < nearestDistance) {
      nearest = candidate
      nearestDistance = distance
    }
  }
  return nearest !== undefined && nearestDistance <= Math.max(2, nearest.length / 3) ? nearest : undefined
}

/** Letters that are looked at; keeps the work small whatever is typed. */
const longestWord = 64

/** Letters from which on the beginning of a word stands for the word. */
const shortestBeginning = 4

function distanceOf(word: string, candidate: string): number {
  if (word.length >= shortestBeginning && candidate.startsWith(word)) return word === candidate ? 0 : 1
  return editDistance(word, candidate)
}

function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1]
      const isSwap = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current.push(
        Math.min(
          at(previous, column) + 1,
          at(current, column - 1) + 1,
          at(previous, column - 1) + (isSame ? 0 : 1),
          isSwap ? at(beforePrevious, column - 2) + 1 : Infinity,
        ),
      )
    }
    beforePrevious = previous
    previous = current
  }
  return at(previous, to.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity
}
