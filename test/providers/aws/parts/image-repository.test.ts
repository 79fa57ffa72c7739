import { describe, expect, test } from 'vitest'
import { draw, type Sheet } from '../../../../src/engine/kind.ts'
import { imageRepository, repositoryNameProblem } from '../../../../src/providers/aws/parts/image-repository.ts'

describe('The name of a repository', () => {
  test.each(['web', 'shop/web', 'a.b_c__d--e/f0', 'x'.repeat(256)])('%s is taken', name =>
    expect(repositoryNameProblem(name)).toBeUndefined(),
  )
  test.each([
    ['x', /2 to 256/],
    ['x'.repeat(257), /2 to 256/],
    ['Web', /lowercase/],
    ['shop/', /between/],
    ['-web', /between/],
    ['a..b', /between/],
    ['a___b', /between/],
    ['a b', /between/],
    [7, /2 to 256/],
  ])('%s is not', (name, why) => expect(repositoryNameProblem(name)).toMatch(why))

  test('is the stack’s unless somebody chooses another', () => {
    const [question] = imageRepository.questions()
    expect(question).toMatchObject({ key: 'repository.name', type: 'text' })
    expect(question!.default!({ stack: 'demo' } as never)).toBe('demo')
  })
})

test('a repository is drawn with its name, and tells its address', () => {
  const sheet: Sheet = { nodes: [], texts: new Map() }
  const on = { ...draw('application', sheet), stack: 'demo', check: () => undefined }
  const made = imageRepository.draw(on, { 'repository.name': 'shop/web' })
  expect(sheet.nodes).toMatchObject([
    { address: 'application/repository', kind: { type: 'aws:ecr-repository' }, input: { name: 'shop/web' } },
  ])
  expect(made.get('uri')).toEqual({ $ref: 'application/repository', field: 'uri' })
})
