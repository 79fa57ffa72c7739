import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { filtered } from '../../core/filters.ts'
import { objects, operation, word } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import { text, updateResource } from '../../core/resources.ts'
import { moreTags } from '../../core/tags.ts'
import { asgTagCodes, groupNamed, groups, invalid, readTags, tagRows } from './lookup.ts'

export const tagOperations: Record<string, Operation> = {
  'autoscaling.CreateOrUpdateTags': operation('Tags', (input, call) => {
    for (const tag of objects(input, 'Tags')) {
      const group = taggedGroup(call, tag)
      const { tags, propagate } = readTags({ Tags: [tag] }, text(group, 'name'))
      group.tags = moreTags(group, tags, asgTagCodes)
      updateResource(call, group, { propagate: { ...(group.data.propagate as JsonObject), ...propagate } })
    }
    return {}
  }),
  'autoscaling.DeleteTags': operation('Tags', (input, call) => {
    for (const tag of objects(input, 'Tags')) {
      const group = taggedGroup(call, tag)
      delete group.tags[word(tag, 'Key')]
      call.world.touch(group)
    }
    return {}
  }),
  'autoscaling.DescribeTags': operation('Filters NextToken MaxRecords', (input, call) => {
    const found = filtered<JsonObject>(input, groups(call).flatMap(tagRows), {
      'auto-scaling-group': row => word(row, 'ResourceId'),
      key: row => word(row, 'Key'),
      value: row => word(row, 'Value'),
      'propagate-at-launch': row => String(row.PropagateAtLaunch),
    })
    const { rows, next } = page(input, found, { limit: 'MaxRecords', size: 50 })
    return { Tags: rows, ...nextToken(next) }
  }),
}

function taggedGroup(call: Call, tag: JsonObject): Resource {
  const name = word(tag, 'ResourceId')
  if (word(tag, 'ResourceType') !== 'auto-scaling-group') invalid('ResourceType must be auto-scaling-group.')
  return groupNamed(call, name) ?? invalid(`Resource not found: ${name}`)
}
