// What a run prints and keeps for RESULTS.md.

export class Report {
  /** @type {string[]} */
  lines = []

  say(line = '') {
    console.log(line)
    this.lines.push(line)
  }

  /**
   * Prints a table, as Markdown with columns that line up.
   * @param {readonly string[]} head
   * @param {readonly (readonly string[])[]} rows
   */
  table(head, rows) {
    const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)))
    const line = (/** @type {readonly string[]} */ cells) =>
      `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
    this.say(line(head))
    this.say(`|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`)
    for (const row of rows) this.say(line(row))
    this.say()
  }

  /** A measurement that fails (a peer that falls over) is a line in the report, once, not the end of the run. */
  async attempt(/** @type {string} */ what, /** @type {() => Promise<void>} */ work) {
    try {
      await work()
    } catch (error) {
      const line = `${what}: ${error instanceof Error ? error.message : String(error)}`.replace(/:[0-9]{5}\//, '/')
      if (this.lines.includes(line)) return
      this.say(line)
      this.say()
    }
  }
}
