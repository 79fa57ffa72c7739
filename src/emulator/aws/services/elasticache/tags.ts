import type { Operation } from '../../../world/model.ts'
import { operation, requireParameter, words } from '../../core/input.ts'
import { moreTags, tagList, tagsIn, withoutTags } from '../../core/tags.ts'
import { cacheByArn, cacheTagCodes } from './lookup.ts'

export const tagOperations: Record<string, Operation> = {
  'elasticache.AddTagsToResource': operation('ResourceName Tags', (input, call) => {
    const resource = cacheByArn(call, requireParameter(input, 'ResourceName', 'InvalidParameterValueException'))
    resource.tags = moreTags(resource, tagsIn(input, cacheTagCodes), cacheTagCodes)
    call.world.touch(resource)
    return { TagList: tagList(resource) }
  }),
  'elasticache.RemoveTagsFromResource': operation('ResourceName TagKeys', (input, call) => {
    const resource = cacheByArn(call, requireParameter(input, 'ResourceName', 'InvalidParameterValueException'))
    resource.tags = withoutTags(resource, words(input, 'TagKeys'))
    call.world.touch(resource)
    return { TagList: tagList(resource) }
  }),
  'elasticache.ListTagsForResource': operation('ResourceName', (input, call) => ({
    TagList: tagList(cacheByArn(call, requireParameter(input, 'ResourceName', 'InvalidParameterValueException'))),
  })),
}
