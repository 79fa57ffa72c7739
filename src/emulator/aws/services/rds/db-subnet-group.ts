import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { operation, refuse, requireParameter, word, words } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import {
  createResource,
  findResource,
  listedResources,
  removeResource,
  resourcesOf,
  text,
  updateResource,
} from '../../core/resources.ts'
import { tagsIn } from '../../core/tags.ts'
import { invalid, rdsArn, rdsFind, rdsLook, rdsTagCodes, subnetsOf } from './lookup.ts'

/** DB subnet groups. Their names are kept in lower case. */
export const dbSubnetGroupOperations: Record<string, Operation> = {
  'rds.CreateDBSubnetGroup': operation('DBSubnetGroupName DBSubnetGroupDescription SubnetIds Tags', (input, call) => {
    const name = requireParameter(input, 'DBSubnetGroupName', 'InvalidParameterValue').toLowerCase()
    if (!/^[a-z0-9._ -]{1,255}$/.test(name) || name === 'default') {
      invalid(
        'The parameter DBSubnetGroupName must be provided and must not be blank; only letters, digits, periods, underscores, spaces and hyphens may be used, and not the name default.',
      )
    }
    const tags = tagsIn(input, rdsTagCodes)
    const subnets = readSubnets(call, words(input, 'SubnetIds'))
    if (rdsLook(call, 'subgrp', name)) {
      refuse(400, 'DBSubnetGroupAlreadyExistsFault', `The DB subnet group '${name}' already exists.`)
    }
    const data = {
      name,
      description: requireParameter(input, 'DBSubnetGroupDescription', 'InvalidParameterValue'),
      subnets: subnets.map(one => one.id),
      vpcId: text(subnets[0]!, 'vpcId'),
    }
    const group = createResource(call, 'db-subnet-group', rdsArn(call, 'subgrp', name), data, { tags })
    return { DBSubnetGroup: describeSubnetGroup(call, group) }
  }),
  'rds.DescribeDBSubnetGroups': operation('DBSubnetGroupName MaxRecords Marker', (input, call) => {
    const name = word(input, 'DBSubnetGroupName')
    const found = name ? [rdsFind(call, 'subgrp', name)] : listedResources(call, 'db-subnet-group')
    const { rows, next } = page(input, found, { limit: 'MaxRecords', token: 'Marker', size: 100 })
    return { DBSubnetGroups: rows.map(one => describeSubnetGroup(call, one)), ...(next && { Marker: next }) }
  }),
  'rds.ModifyDBSubnetGroup': operation('DBSubnetGroupName DBSubnetGroupDescription SubnetIds', (input, call) => {
    const group = rdsFind(call, 'subgrp', requireParameter(input, 'DBSubnetGroupName', 'InvalidParameterValue'))
    const subnets = readSubnets(call, words(input, 'SubnetIds'))
    const lost = subnetsOf(call, group).filter(one => !subnets.includes(one))
    const used = usersOf(call, group).map(one => text(one, 'subnetId'))
    if (lost.some(one => used.includes(one.id))) {
      refuse(400, 'SubnetAlreadyInUse', 'One or more of the subnets to be removed is in use by a DB instance.')
    }
    const description = word(input, 'DBSubnetGroupDescription') || text(group, 'description')
    updateResource(call, group, { subnets: subnets.map(one => one.id), description })
    return { DBSubnetGroup: describeSubnetGroup(call, group) }
  }),
  'rds.DeleteDBSubnetGroup': operation('DBSubnetGroupName', (input, call) => {
    const group = rdsFind(call, 'subgrp', requireParameter(input, 'DBSubnetGroupName', 'InvalidParameterValue'))
    const used = usersOf(call, group)[0]
    if (used) {
      refuse(
        400,
        'InvalidDBSubnetGroupStateFault',
        `Cannot delete the subnet group '${text(group, 'name')}' because at least one database instance: ${text(used, 'name')} is still using it.`,
      )
    }
    removeResource(call, group)
    return {}
  }),
}

/** A subnet group as `DescribeDBSubnetGroups` shows it. */
export function describeSubnetGroup(call: Call, group: Resource): JsonObject {
  return {
    DBSubnetGroupName: text(group, 'name'),
    DBSubnetGroupDescription: text(group, 'description'),
    DBSubnetGroupArn: group.id,
    VpcId: text(group, 'vpcId'),
    SubnetGroupStatus: 'Complete',
    SupportedNetworkTypes: ['IPV4'],
    Subnets: subnetsOf(call, group).map(one => ({
      SubnetIdentifier: one.id,
      SubnetAvailabilityZone: { Name: text(one, 'zone') },
      SubnetOutpost: {},
      SubnetStatus: 'Active',
    })),
  }
}

/** Databases that live in it, also those that are going. */
function usersOf(call: Call, group: Resource): Resource[] {
  return [...resourcesOf(call, 'db-instance'), ...resourcesOf(call, 'db-cluster')].filter(
    one => text(one, 'subnetGroup') === text(group, 'name'),
  )
}

function readSubnets(call: Call, ids: string[]): Resource[] {
  const subnets = [...new Set(ids)].map(
    id =>
      findResource(call, 'subnet', id) ?? refuse(400, 'InvalidSubnet', `Some input subnets in :[${id}] are invalid.`),
  )
  if (new Set(subnets.map(one => text(one, 'vpcId'))).size > 1) {
    refuse(400, 'InvalidSubnet', 'The subnets are not all in the same VPC.')
  }
  const zones = [...new Set(subnets.map(one => text(one, 'zone')))]
  if (zones.length < 2) {
    refuse(
      400,
      'DBSubnetGroupDoesNotCoverEnoughAZs',
      `The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: ${zones.join(', ')}. Add subnets to cover at least 2 AZs.`,
    )
  }
  return subnets
}
