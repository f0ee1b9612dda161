import { describe, expect, it } from 'vitest'

describe('examples of rxrtsp/testing', () => {
  it.each([
    ['pictures', () => import('./pictures.ts')],
    ['permission', () => import('./permission.ts')],
    ['units', () => import('./units.ts')],
    ['authentication', () => import('./authentication.ts')],
  ])('%s runs through, its own assertions included', async (_, example) => {
    await expect(example()).resolves.toBeDefined()
  })
})
