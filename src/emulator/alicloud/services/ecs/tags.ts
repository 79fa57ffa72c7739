import type { Resource } from '../../../world/model.ts'
import { operation, word } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import { findResource, listedResources } from '../../core/resources.ts'
import { tagActions } from '../../core/tags.ts'
import { keyPair } from './key-pair.ts'

const types = {
  instance: 'instance',
  disk: 'disk',
  securitygroup: 'security-group',
  eni: 'network-interface',
  keypair: 'key-pair',
  command: 'command',
}
const tags = tagActions(types, (call, input, type, id) =>
  type === 'key-pair' ? keyPair(call, id) : findResource(call, input, type, id),
)

export const tagOperations = {
  'ecs.TagResources': tags.tag,
  'ecs.UntagResources': tags.untag,
  'ecs.ListTagResources': tags.list,
  'ecs.AddTags': operation('ResourceType ResourceId Tag', (input, call) =>
    tags.tag({ ...input, ResourceId: [word(input, 'ResourceId')] }, call),
  ),
  'ecs.DescribeTags': operation('ResourceType ResourceId PageNumber PageSize', (input, call) => {
    const id = word(input, 'ResourceId')
    const types: Record<string, string> = {
      instance: 'instance',
      disk: 'disk',
      securitygroup: 'security-group',
      eni: 'network-interface',
    }
    const rows = Object.entries(types)
      .filter(([name]) => word(input, 'ResourceType') === '' || word(input, 'ResourceType') === name)
      .flatMap(([, type]) =>
        id === ''
          ? listedResources(call, type)
          : [findResource(call, input, type, id)].filter(one => one !== undefined),
      )
      .flatMap((resource: Resource) => Object.entries(resource.tags))
    const unique = [...new Map(rows.map(row => [row.join('\n'), row])).values()]
    const { rows: some, head } = page(input, unique, 10, 100)
    return { ...head, Tags: { Tag: some.map(([TagKey, TagValue]) => ({ TagKey, TagValue })) } }
  }),
}
