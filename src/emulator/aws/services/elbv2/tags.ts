import type { Operation } from '../../../world/model.ts'
import { operation, words } from '../../core/input.ts'
import { moreTags, tagList, tagsIn, withoutTags } from '../../core/tags.ts'
import { elbFindAny, elbTagCodes, invalid } from './lookup.ts'

/** Tags of load balancers, target groups, listeners and rules. */
export const tagOperations: Record<string, Operation> = {
  'elbv2.AddTags': operation('ResourceArns Tags', (input, call) => {
    const tags = tagsIn(input, elbTagCodes)
    for (const resource of words(input, 'ResourceArns').map(one => elbFindAny(call, one))) {
      resource.tags = moreTags(resource, tags, elbTagCodes)
      call.world.touch(resource)
    }
    return {}
  }),
  'elbv2.RemoveTags': operation('ResourceArns TagKeys', (input, call) => {
    for (const resource of words(input, 'ResourceArns').map(one => elbFindAny(call, one))) {
      resource.tags = withoutTags(resource, words(input, 'TagKeys'))
      call.world.touch(resource)
    }
    return {}
  }),
  'elbv2.DescribeTags': operation('ResourceArns', (input, call) => {
    const arns = words(input, 'ResourceArns')
    if (arns.length > 20) invalid('The number of resources cannot be more than 20')
    return {
      TagDescriptions: arns.map(one => ({ ResourceArn: one, Tags: tagList(elbFindAny(call, one)) })),
    }
  }),
}
