import { describe, expect, it } from 'vitest'
import { Logger, type LoggerOptions } from '../../src/cli/logger.ts'

function create(options: Partial<LoggerOptions> & { isTTY?: boolean } = {}) {
  const lines: string[] = []
  const errorLines: string[] = []
  const isTTY = options.isTTY ?? false
  const logger = new Logger({
    level: 'debug',
    wallNow: () => Date.UTC(2026, 0, 31, 12, 34, 56, 7),
    output: { isTTY, write: (text) => lines.push(text) },
    errorOutput: { isTTY, write: (text) => errorLines.push(text) },
    environment: {},
    ...options,
  })
  return { logger, lines, errorLines }
}

describe('Logger', () => {
  it('writes one line per event with time, level, message and facts', () => {
    const { logger, lines } = create()
    logger.info('publishing', { path: 'live', tracks: 2, secure: false, user: undefined })
    expect(lines).toEqual(['2026-01-31 12:34:56.007Z INFO  publishing path=live tracks=2 secure=false\n'])
  })

  it('sends warnings and errors to the error output', () => {
    const { logger, lines, errorLines } = create()
    logger.debug('a')
    logger.info('b')
    logger.warn('c')
    logger.error('d')
    expect(lines.map((text) => text.slice(25))).toEqual(['DEBUG a\n', 'INFO  b\n'])
    expect(errorLines.map((text) => text.slice(25))).toEqual(['WARN  c\n', 'ERROR d\n'])
  })

  it.each([
    ['debug', 4],
    ['info', 3],
    ['warn', 2],
    ['error', 1],
    ['silent', 0],
  ] as const)('at level %s writes %i of the four levels', (level, count) => {
    const { logger, lines, errorLines } = create({ level })
    logger.debug('a')
    logger.info('b')
    logger.warn('c')
    logger.error('d')
    expect(lines.length + errorLines.length).toBe(count)
    expect(logger.isEnabled('error')).toBe(count > 0)
  })

  it('quotes facts that are not one word', () => {
    const { logger, lines } = create()
    logger.info('x', { empty: '', blank: 'a b', quote: 'say "hi"', sign: 'a=b' })
    expect(lines[0]).toContain('x empty="" blank="a b" quote="say \\"hi\\"" sign="a=b"\n')
  })

  it('lets nobody end the line, colour the terminal or turn text around', () => {
    const { logger, lines } = create()
    logger.info('a\r\nb\u001b[31m', { path: 'x\n2026 ERROR forged', bidi: '\u202eabc', c1: '\u009b1m', line: '\u2028' })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(
      'a\\x0d\\x0ab\\x1b[31m path="x\\x0a2026 ERROR forged" bidi=\\u202eabc c1=\\x9b1m line=\\u2028\n',
    )
  })

  it('cuts what is endless', () => {
    const { logger, lines } = create()
    logger.info('x'.repeat(1_000_000), { path: 'y'.repeat(1_000_000) })
    expect(lines[0]!.length).toBeLessThan(2200)
  })

  it('colours on a terminal only, and not when NO_COLOR is set', () => {
    const escape = '\u001b['
    for (const [options, isColoured] of [
      [{ isTTY: true }, true],
      [{ isTTY: true, environment: { NO_COLOR: '' } }, true],
      [{ isTTY: true, environment: { NO_COLOR: '1' } }, false],
      [{ isTTY: false }, false],
    ] as const) {
      const { logger, lines } = create(options)
      logger.info('hello')
      expect(lines[0]!.includes(escape)).toBe(isColoured)
      expect(lines[0]!.replaceAll(new RegExp('\\u001b\\[\\d+m', 'g'), '')).toBe(
        '2026-01-31 12:34:56.007Z INFO  hello\n',
      )
    }
  })
})
