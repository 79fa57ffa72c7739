import { describe, expect, it } from 'vitest'
import { clouds, providers } from '../../src/providers/index.ts'
import { stackLine } from '../../src/view/sentences.ts'

describe('the first line', () => {
  const stack = { is: 'stack', stack: 'shop', region: 'r', account: '5', sandbox: false } as const

  it('calls each cloud by the title of its provider, and an unknown one by its id', async () => {
    expect(clouds.map(({ id }) => id)).toEqual(Object.keys(providers))
    for (const { id, title } of clouds) {
      expect(title).toBe((await providers[id]!()).title)
      expect(stackLine({ ...stack, cloud: id, blueprint: 'b' })).toBe(`Stack shop (b) on ${title}, region r, account 5`)
    }
    expect(stackLine({ ...stack, cloud: 'third' })).toBe(
      'Stack shop, looked up by its tags, on third, region r, account 5',
    )
  })
})
