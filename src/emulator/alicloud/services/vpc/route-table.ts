import type { JsonObject } from '../../../../base/json.ts'
import { operation, word } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import { resourcesOf, text } from '../../core/resources.ts'
import { nameOf } from '../../core/tags.ts'

/** The router and the system route table that every VPC comes with. */
export const routeTableOperations = {
  'vpc.DescribeVRouters': operation('VRouterId PageNumber PageSize', (input, call) => {
    const vpcs = resourcesOf(call, 'vpc').filter(
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
      const vpcs = resourcesOf(call, 'vpc').filter(
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
              VSwitchId: resourcesOf(call, 'vswitch')
                .filter(other => text(other, 'vpcId') === one.id)
                .map(nameOf),
            },
          })),
        },
      }
    },
  ),
}

function same(input: JsonObject, name: string, value: string): boolean {
  return word(input, name) === '' || word(input, name) === value
}
