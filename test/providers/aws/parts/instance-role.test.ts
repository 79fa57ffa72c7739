import { expect, test } from 'vitest'
import { draw, type Sheet } from '../../../../src/engine/kind.ts'
import { instanceRole } from '../../../../src/providers/aws/parts/instance-role.ts'

interface Statement {
  Sid: string
  Action: string[]
  Resource: string[]
}

function statements(uses: Parameters<typeof instanceRole.draw>[2]): Statement[] {
  const sheet: Sheet = { nodes: [], texts: new Map() }
  const on = { ...draw('machines', sheet), stack: 'demo', check: () => undefined }
  instanceRole.draw(on, { 'machine.roleName': 'demo' }, uses)
  const { Statement } = JSON.parse(String(sheet.nodes[0]!.input.inlinePolicy)) as { Statement: Statement[] }
  return Statement
}

const sids = (uses: Parameters<typeof statements>[0]) => statements(uses).map(({ Sid }) => Sid)

test('machines may read their stack’s secrets, and use only what is named besides', () => {
  expect(sids({})).toEqual(['OwnSecrets'])
  expect(sids({ bucket: 'shop-images' })).toEqual(['OwnSecrets', 'Images', 'ImageList'])
  expect(sids({ repository: 'shop' })).toEqual(['OwnSecrets', 'RegistryToken', 'OwnRepository'])
})

test('with a repository they may push to and pull from it and no other; only the token is asked of the whole registry', () => {
  const ecr = statements({ bucket: 'shop-images', repository: 'shop/web' }).filter(({ Action }) =>
    Action.some(action => action.startsWith('ecr:')),
  )
  const everywhere = ecr.filter(({ Resource }) => Resource.includes('*')).flatMap(({ Action }) => Action)
  expect(everywhere).toEqual(['ecr:GetAuthorizationToken'])
  const own = ecr.find(({ Resource }) => !Resource.includes('*'))!
  expect(own.Resource).toEqual(['arn:aws:ecr:*:*:repository/shop/web'])
  expect(own.Action).toEqual(expect.arrayContaining(['ecr:PutImage', 'ecr:BatchGetImage']))
  expect(own.Action.filter(action => /Delete|\*/.test(action))).toEqual([])
})
