import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { filtered } from '../../core/filters.ts'
import { objects, operation, refuse, word, words } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import { findResource, listedResources } from '../../core/resources.ts'
import { readTags, tagList, tagsPerResource } from '../../core/tags.ts'

/** Tags of EC2: at creation, in answers, and the actions. */

const types: Record<string, string> = {
  vpc: 'vpc',
  subnet: 'subnet',
  igw: 'internet-gateway',
  eipalloc: 'elastic-ip',
  nat: 'nat-gateway',
  rtb: 'route-table',
  sg: 'security-group',
  key: 'key-pair',
  i: 'instance',
  vol: 'volume',
  eni: 'network-interface',
  lt: 'launch-template',
}

/** The tags of a create for one resource type; an entry for a type that the action does not make is refused. */
export function newTags(input: JsonObject, type: string, others: string[] = []): Record<string, string> {
  for (const one of objects(input, 'TagSpecifications')) {
    const asked = word(one, 'ResourceType')
    if (asked !== type && !others.includes(asked)) {
      refuse(400, 'InvalidParameterValue', `Value (${asked}) for parameter resourceType is invalid.`)
    }
  }
  const entries = objects(input, 'TagSpecifications').filter(one => word(one, 'ResourceType') === type)
  return readTags(entries.flatMap(one => objects(one, 'Tags')))
}

export const tagOperations: Record<string, Operation> = {
  'ec2.CreateTags': operation('Resources Tags', (input, call) => {
    const tags = readTags(objects(input, 'Tags'))
    const resources = words(input, 'Resources').map(id => taggable(call, id))
    for (const resource of resources) {
      if (Object.keys({ ...resource.tags, ...tags }).filter(key => !key.startsWith('aws:')).length > tagsPerResource) {
        refuse(400, 'TagLimitExceeded', `At most ${tagsPerResource} tags are allowed.`)
      }
    }
    for (const resource of resources) {
      Object.assign(resource.tags, tags)
      call.world.touch(resource)
    }
    return {}
  }),
  'ec2.DeleteTags': operation('Resources Tags', (input, call) => {
    for (const resource of words(input, 'Resources').map(id => taggable(call, id))) {
      const asked = objects(input, 'Tags')
      const keys = asked.length > 0 ? asked.map(tag => word(tag, 'Key')) : Object.keys(resource.tags)
      for (const key of keys) {
        const only = asked.find(tag => word(tag, 'Key') === key)?.Value
        if (only === undefined || only === null || only === resource.tags[key]) delete resource.tags[key]
      }
      call.world.touch(resource)
    }
    return {}
  }),
  'ec2.DescribeTags': operation('Filters MaxResults NextToken', (input, call) => {
    const rows = Object.values(types).flatMap(type =>
      listedResources(call, type).flatMap(resource =>
        tagList(resource).map(tag => ({ ...tag, ResourceId: resource.id, ResourceType: tagTypeOf(type) })),
      ),
    )
    const found = filtered<JsonObject>(input, rows, {
      'resource-id': row => word(row, 'ResourceId'),
      'resource-type': row => word(row, 'ResourceType'),
      key: row => word(row, 'Key'),
      value: row => word(row, 'Value'),
    })
    const { rows: some, next } = page(input, found)
    return { Tags: some, ...nextToken(next) }
  }),
}

function tagTypeOf(type: string): string {
  return type === 'nat-gateway' ? 'natgateway' : type
}

function taggable(call: Call, id: string): Resource {
  const type = types[id.slice(0, id.indexOf('-'))]
  const resource = type ? findResource(call, type, id) : undefined
  return resource ?? refuse(400, 'InvalidID', `The ID '${id}' is not valid`)
}
