import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Thing } from '../../../world/model.ts'
import { filtered } from '../../core/filters.ts'
import { objects, operation, refuse, word, words } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import { find, listed } from '../../core/resources.ts'
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
    const things = words(input, 'Resources').map(id => taggable(call, id))
    for (const thing of things) {
      if (Object.keys({ ...thing.tags, ...tags }).filter(key => !key.startsWith('aws:')).length > tagsPerResource) {
        refuse(400, 'TagLimitExceeded', `At most ${tagsPerResource} tags are allowed.`)
      }
    }
    for (const thing of things) {
      Object.assign(thing.tags, tags)
      call.world.touch(thing)
    }
    return {}
  }),
  'ec2.DeleteTags': operation('Resources Tags', (input, call) => {
    for (const thing of words(input, 'Resources').map(id => taggable(call, id))) {
      const asked = objects(input, 'Tags')
      const keys = asked.length > 0 ? asked.map(tag => word(tag, 'Key')) : Object.keys(thing.tags)
      for (const key of keys) {
        const only = asked.find(tag => word(tag, 'Key') === key)?.Value
        if (only === undefined || only === null || only === thing.tags[key]) delete thing.tags[key]
      }
      call.world.touch(thing)
    }
    return {}
  }),
  'ec2.DescribeTags': operation('Filters MaxResults NextToken', (input, call) => {
    const rows = Object.values(types).flatMap(type =>
      listed(call, type).flatMap(thing =>
        tagList(thing).map(tag => ({ ...tag, ResourceId: thing.id, ResourceType: tagTypeOf(type) })),
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

function taggable(call: Call, id: string): Thing {
  const type = types[id.slice(0, id.indexOf('-'))]
  const thing = type ? find(call, type, id) : undefined
  return thing ?? refuse(400, 'InvalidID', `The ID '${id}' is not valid`)
}
