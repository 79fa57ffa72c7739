import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import {
  checkText,
  ecsName,
  flag,
  jsonWords,
  operation,
  refuse,
  requireParameter,
  strongPassword,
  within,
  word,
  words,
} from '../../core/input.ts'
import { page, pageOrToken } from '../../core/page.ts'
import { text, updateResource } from '../../core/resources.ts'
import { byTags } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { publicAddress } from '../vpc/address.ts'
import { asked, attributes, describe } from './instance-description.ts'
import { chosenInstances, goWith, instanceOf, instanceStatus, turn } from './instance-lifecycle.ts'
import { specials } from './run-instances-input.ts'
import { securityGroupOf } from './security-group.ts'

/** Reading, starting, stopping and removing machines. */
export const instanceOperations = {
  'ecs.DescribeInstances': operation(
    'InstanceIds InstanceName Status VpcId VSwitchId ZoneId SecurityGroupId KeyPairName ImageId InstanceType InstanceTypeFamily InstanceChargeType ' +
      'InternetChargeType InstanceNetworkType PrivateIpAddresses PublicIpAddresses Tag PageNumber PageSize MaxResults NextToken',
    (input, call) => {
      const rows = byTags(
        input,
        chosenInstances(call, input).filter(one => asked(call, input, one)),
      )
      const { rows: some, head } = pageOrToken(input, rows, 10, 100)
      return { ...head, Instances: { Instance: some.map(one => describe(call, one)) } }
    },
  ),
  'ecs.DescribeInstanceStatus': operation('InstanceId ZoneId PageNumber PageSize', (input, call) => {
    const ids = words(input, 'InstanceId')
    const zone = word(input, 'ZoneId')
    const found = chosenInstances(call, ids.length > 0 ? { InstanceIds: JSON.stringify(ids) } : {}).filter(
      one => zone === '' || text(one, 'zone') === zone,
    )
    const { rows, head } = page(input, found, 10, 50)
    const statuses = rows.map(one => ({ InstanceId: one.id, Status: instanceStatus(call, one) }))
    return { ...head, InstanceStatuses: { InstanceStatus: statuses } }
  }),
  'ecs.DescribeInstanceAttribute': operation('InstanceId', (input, call) => {
    const instance = instanceOf(call, input, requireParameter(input, 'InstanceId'))
    return attributes(call, instance)
  }),
  'ecs.DescribeUserData': operation('InstanceId', (input, call) => {
    const instance = instanceOf(call, input, requireParameter(input, 'InstanceId'))
    return { InstanceId: instance.id, RegionId: instance.region, UserData: text(instance, 'userData') }
  }),
  'ecs.StartInstance': operation('InstanceId', (input, call) => {
    start(call, instanceOf(call, input, requireParameter(input, 'InstanceId')))
    return {}
  }),
  'ecs.StartInstances': operation('InstanceId', (input, call) => many(call, input, start)),
  'ecs.StopInstance': operation('InstanceId ForceStop ConfirmStop StoppedMode', (input, call) => {
    stop(call, instanceOf(call, input, requireParameter(input, 'InstanceId')))
    return {}
  }),
  'ecs.StopInstances': operation('InstanceId ForceStop StoppedMode', (input, call) => many(call, input, stop)),
  'ecs.DeleteInstance': operation('InstanceId Force ForceStop TerminateSubscription', (input, call) => {
    const instance = instanceOf(call, input, requireParameter(input, 'InstanceId'))
    removable(call, input, instance)
    goWith(call, instance, times.instanceGone)
    return {}
  }),
  'ecs.DeleteInstances': operation('InstanceId Force ForceStop TerminateSubscription', (input, call) => {
    const instances = words(input, 'InstanceId').map(id => instanceOf(call, input, id))
    for (const instance of instances) removable(call, input, instance)
    for (const instance of instances) goWith(call, instance, times.instanceGone)
    return {}
  }),
  'ecs.ModifyInstanceAttribute': operation(
    'InstanceId InstanceName Description HostName Password DeletionProtection SecurityGroupIds',
    modify,
  ),
  'ecs.ModifyInstanceChargeType': operation(
    'InstanceIds InstanceChargeType Period PeriodUnit AutoPay IncludeDataDisks',
    (input, call) => {
      const ids = jsonWords(input, 'InstanceIds') ?? refuse(400, 'MissingParameter', 'InstanceIds is mandatory.')
      const charge = word(input, 'InstanceChargeType') || 'PrePaid'
      if (charge !== 'PrePaid' && charge !== 'PostPaid')
        refuse(400, 'InvalidInstanceChargeType.ValueNotSupported', 'PrePaid or PostPaid.')
      const months = charge === 'PrePaid' ? within(input, 'Period', 1, 1, 60) : 0
      const instances = ids.map(id => instanceOf(call, input, id))
      for (const instance of instances) {
        if (!['Running', 'Stopped'].includes(instanceStatus(call, instance))) wrongStatus()
      }
      for (const instance of instances) updateResource(call, instance, { charge, months })
      return { OrderId: '100000000000002', FeeOfInstances: { FeeOfInstance: [] } }
    },
  ),
  'ecs.AllocatePublicIpAddress': operation('InstanceId', (input, call) => {
    const instance = instanceOf(call, input, requireParameter(input, 'InstanceId'))
    if (!['Running', 'Stopped'].includes(instanceStatus(call, instance))) wrongStatus()
    if (text(instance, 'publicIp') === '') updateResource(call, instance, { publicIp: publicAddress(call) })
    return { IpAddress: text(instance, 'publicIp') }
  }),
  'ecs.RebootInstance': operation('InstanceId ForceStop', (input, call) => {
    const instance = instanceOf(call, input, requireParameter(input, 'InstanceId'))
    if (instanceStatus(call, instance) !== 'Running') {
      refuse(403, 'IncorrectInstanceStatus', 'The current status of the resource does not support this operation.')
    }
    turn(call, instance, 'Running')
    return {}
  }),
}

function start(call: Call, instance: Resource): void {
  if (instanceStatus(call, instance) !== 'Stopped') wrongStatus()
  turn(call, instance, 'Running')
}

function stop(call: Call, instance: Resource): void {
  if (instanceStatus(call, instance) !== 'Running') wrongStatus()
  turn(call, instance, 'Stopped')
}

function many(call: Call, input: JsonObject, act: (call: Call, instance: Resource) => void): JsonObject {
  const instances = words(input, 'InstanceId').map(id => instanceOf(call, input, id))
  const rows = instances.map(instance => {
    const before = instanceStatus(call, instance)
    act(call, instance)
    return {
      InstanceId: instance.id,
      Code: '200',
      Message: 'success',
      PreviousStatus: before,
      CurrentStatus: instanceStatus(call, instance),
    }
  })
  return { InstanceResponses: { InstanceResponse: rows } }
}

function removable(call: Call, input: JsonObject, instance: Resource): void {
  const status = instanceStatus(call, instance)
  if (instance.data.protected === true) {
    refuse(403, 'OperationDenied.DeletionProtection', 'The instance is protected against deletion.')
  }
  if (text(instance, 'charge') === 'PrePaid') {
    refuse(403, 'ChargeTypeViolation', 'A subscription instance that has not expired cannot be released.')
  }
  if (status === 'Pending')
    refuse(
      403,
      'IncorrectInstanceStatus.Initializing',
      'The specified instance status does not support this operation.',
    )
  if (instance.goneAt !== undefined || status === 'Stopping') wrongStatus()
  if (status !== 'Stopped' && !flag(input, 'Force') && !flag(input, 'ForceStop')) wrongStatus()
}

function modify(input: JsonObject, call: Call): JsonObject {
  const instance = instanceOf(call, input, requireParameter(input, 'InstanceId'))
  checkText(word(input, 'InstanceName'), 2, 128, 'InvalidInstanceName.Malformed', ecsName)
  const password = word(input, 'Password')
  if (password !== '' && !strongPassword(password, 8, 30, specials)) {
    refuse(400, 'InvalidPassword.Malformed', 'The specified parameter Password is not valid.')
  }
  for (const id of words(input, 'SecurityGroupIds')) securityGroupOf(call, input, id)
  const fields: [string, string][] = [
    ['InstanceName', 'name'],
    ['Description', 'description'],
    ['HostName', 'hostName'],
  ]
  for (const [name, field] of fields) if (name in input) updateResource(call, instance, { [field]: word(input, name) })
  if ('DeletionProtection' in input) updateResource(call, instance, { protected: flag(input, 'DeletionProtection') })
  if ('SecurityGroupIds' in input) {
    const groups = words(input, 'SecurityGroupIds')
    updateResource(call, instance, { groups })
    const port = call.world.get('network-interface', text(instance, 'interfaceId'))
    if (port) updateResource(call, port, { groups })
  }
  return {}
}

function wrongStatus(): never {
  return refuse(403, 'IncorrectInstanceStatus', 'The current status of the resource does not support this operation.')
}
