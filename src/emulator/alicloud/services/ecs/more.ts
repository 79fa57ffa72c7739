import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Thing } from '../../../world/model.ts'
import { instanceTypes, regionOf } from '../../core/catalog.ts'
import {
  all,
  change,
  checkText,
  ecsName,
  find,
  jsonWords,
  listed,
  need,
  operation,
  refuse,
  text,
  word,
} from '../../core/input.ts'
import { page } from '../../core/page.ts'
import { nameOf } from '../../core/tags.ts'
import { instanceOf, instanceStatus, turn } from './instance-lifecycle.ts'
import { keyPair } from './key-pair.ts'
import { groupOf } from './security-group.ts'

/** Smaller ECS calls that clients other than ours use. */
export const moreEcsOperations = {
  'ecs.AttachKeyPair': operation('InstanceIds KeyPairName', (input, call) => {
    const name = need(input, 'KeyPairName')
    if (!keyPair(call, name))
      refuse(404, 'InvalidKeyPairName.NotFound', `The specified KeyPairName ${name} does not exist.`)
    return login(call, input, name)
  }),
  'ecs.DetachKeyPair': operation('InstanceIds KeyPairName', (input, call) => {
    need(input, 'KeyPairName')
    return login(call, input, '')
  }),
  'ecs.RebootInstance': operation('InstanceId ForceStop', (input, call) => {
    const instance = instanceOf(call, input, need(input, 'InstanceId'))
    if (instanceStatus(call, instance) !== 'Running') {
      refuse(403, 'IncorrectInstanceStatus', 'The current status of the resource does not support this operation.')
    }
    turn(call, instance, 'Running')
    return {}
  }),
  'ecs.ModifySecurityGroupAttribute': operation('SecurityGroupId SecurityGroupName Description', (input, call) => {
    const group = groupOf(call, input, need(input, 'SecurityGroupId'))
    checkText(word(input, 'SecurityGroupName'), 2, 128, 'InvalidSecurityGroupName.Malformed', ecsName)
    if (word(input, 'SecurityGroupName') !== '') change(call, group, { name: word(input, 'SecurityGroupName') })
    if ('Description' in input) change(call, group, { description: word(input, 'Description') })
    return {}
  }),
  'ecs.DescribeInstanceTypeFamilies': operation('Generation', (_, call) => {
    regionOf(call.region)
    const families = [...new Set(instanceTypes.map(type => type.family))]
    return {
      InstanceTypeFamilies: {
        InstanceTypeFamily: families.map(id => ({
          InstanceTypeFamilyId: id,
          Generation: id === 'ecs.t6' ? 'ecs-3' : 'ecs-5',
        })),
      },
    }
  }),
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
        id === '' ? listed(call, type) : [find(call, input, type, id)].filter(one => one !== undefined),
      )
      .flatMap((thing: Thing) => Object.entries(thing.tags))
    const unique = [...new Map(rows.map(row => [row.join('\n'), row])).values()]
    const { rows: some, head } = page(input, unique, 10, 100)
    return { ...head, Tags: { Tag: some.map(([TagKey, TagValue]) => ({ TagKey, TagValue })) } }
  }),
  'vpc.DescribeVRouters': operation('VRouterId PageNumber PageSize', (input, call) => {
    const vpcs = all(call, 'vpc').filter(
      one => word(input, 'VRouterId') === '' || text(one, 'router') === word(input, 'VRouterId'),
    )
    const { rows, head } = page(input, vpcs, 10, 50)
    return {
      ...head,
      VRouters: {
        VRouter: rows.map(one => ({
          VRouterId: text(one, 'router'),
          VpcId: one.id,
          RegionId: one.region,
          CreationTime: call.world.date(one.born),
          VRouterName: '',
          Description: '',
          RouteTableIds: { RouteTableId: [text(one, 'table')] },
        })),
      },
    }
  }),
  'vpc.DescribeRouteTableList': operation(
    'VpcId RouterId RouteTableId RouterType PageNumber PageSize',
    (input, call) => {
      const vpcs = all(call, 'vpc').filter(
        one =>
          same(input, 'VpcId', one.id) &&
          same(input, 'RouterId', text(one, 'router')) &&
          same(input, 'RouteTableId', text(one, 'table')),
      )
      const { rows, head } = page(input, word(input, 'RouterType') === 'VBR' ? [] : vpcs, 10, 50)
      return {
        ...head,
        RouterTableList: {
          RouterTableListType: rows.map(one => ({
            RouteTableId: text(one, 'table'),
            RouteTableType: 'System',
            RouterId: text(one, 'router'),
            RouterType: 'VRouter',
            VpcId: one.id,
            Status: 'Available',
            CreationTime: call.world.date(one.born),
            VSwitchIds: {
              VSwitchId: all(call, 'vswitch')
                .filter(other => text(other, 'vpcId') === one.id)
                .map(nameOf),
            },
          })),
        },
      }
    },
  ),
}

function login(call: Call, input: JsonObject, keyName: string): JsonObject {
  const ids = jsonWords(input, 'InstanceIds') ?? refuse(400, 'MissingParameter', 'InstanceIds is mandatory.')
  const instances = ids.map(id => instanceOf(call, input, id))
  for (const instance of instances) change(call, instance, { keyPair: keyName })
  return {
    KeyPairName: word(input, 'KeyPairName'),
    TotalCount: String(ids.length),
    FailCount: '0',
    Results: { Result: ids.map(id => ({ InstanceId: id, Success: 'true', Code: '200', Message: 'successful' })) },
  }
}

function same(input: JsonObject, name: string, value: string): boolean {
  return word(input, name) === '' || word(input, name) === value
}
