import type { Operation } from '../../../world/model.ts'
import { objects, operation, refuse, requireParameter, words } from '../../core/input.ts'
import { moreTags, tagList, tagsIn, withoutTags } from '../../core/tags.ts'
import { rdsByArn, rdsTagCodes } from './lookup.ts'

export const tagOperations: Record<string, Operation> = {
  'rds.AddTagsToResource': operation('ResourceName Tags', (input, call) => {
    const resource = rdsByArn(call, requireParameter(input, 'ResourceName', 'InvalidParameterValue'))
    resource.tags = moreTags(resource, tagsIn(input, rdsTagCodes), rdsTagCodes)
    call.world.touch(resource)
    return {}
  }),
  'rds.RemoveTagsFromResource': operation('ResourceName TagKeys', (input, call) => {
    const resource = rdsByArn(call, requireParameter(input, 'ResourceName', 'InvalidParameterValue'))
    resource.tags = withoutTags(resource, words(input, 'TagKeys'))
    call.world.touch(resource)
    return {}
  }),
  'rds.ListTagsForResource': operation('ResourceName Filters', (input, call) => {
    if (objects(input, 'Filters').length > 0) refuse(400, 'InvalidParameterValue', 'Filters are not supported here.')
    return { TagList: tagList(rdsByArn(call, requireParameter(input, 'ResourceName', 'InvalidParameterValue'))) }
  }),
}
