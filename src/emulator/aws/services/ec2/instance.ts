import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { instanceType } from '../../core/catalog.ts'
import { hex } from '../../core/ids.ts'
import { flag, number, object, operation, refuse, requireParameter, word, words, wrapped } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import { text, updateResource } from '../../core/resources.ts'
import { describeInstance, describeStatus, instanceReads, statusReads } from './instance-description.ts'
import { launch, start, stop, terminate } from './instance-lifecycle.ts'
import { instanceState, isLive, stateBlock } from './instance-state.ts'
import { launchFields } from './launch-fields.ts'
import { chosen, ec2Find } from './lookup.ts'
import { readRunInstancesInput } from './run-instances-input.ts'
import { groupsIn } from './security-group.ts'

/** Instances: made, read, stopped, started, ended. */
export const instanceOperations: Record<string, Operation> = {
  'ec2.RunInstances': operation(`MinCount MaxCount LaunchTemplate ${launchFields}`, runInstances),
  'ec2.DescribeInstances': operation('InstanceIds Filters MaxResults NextToken', (input, call) => {
    const { rows, next } = page(input, chosen(call, input, 'InstanceIds', 'instance', instanceReads(call)))
    const reservations = new Map<string, Resource[]>()
    for (const one of rows) {
      const id = text(one, 'reservationId')
      reservations.set(id, [...(reservations.get(id) ?? []), one])
    }
    return {
      Reservations: [...reservations].map(([id, instances]) => describeReservation(call, id, instances)),
      ...nextToken(next),
    }
  }),
  'ec2.DescribeInstanceStatus': operation(
    'InstanceIds Filters IncludeAllInstances MaxResults NextToken',
    (input, call) => {
      const found = chosen(call, input, 'InstanceIds', 'instance', statusReads(call)).filter(
        one => flag(input, 'IncludeAllInstances') || instanceState(call, one) === 'running',
      )
      const { rows, next } = page(input, found)
      return { InstanceStatuses: rows.map(one => describeStatus(call, one)), ...nextToken(next) }
    },
  ),
  // One bad id fails the batch; ending what has ended is no error.
  'ec2.TerminateInstances': operation('InstanceIds', (input, call) => {
    const instances = named(call, input)
    const kept = instances.find(one => one.data.protect === true && isLive(one))
    if (kept) {
      const words = `The instance '${kept.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`
      refuse(400, 'OperationNotPermitted', words)
    }
    return { TerminatingInstances: turned(call, instances, one => terminate(call, one)) }
  }),
  'ec2.StopInstances': operation('InstanceIds Force', (input, call) => {
    const instances = named(call, input)
    for (const one of instances) allowed(call, one, ['running', 'stopping', 'stopped'], 'stopped')
    const act = (one: Resource) => instanceState(call, one) === 'running' && stop(call, one)
    return { StoppingInstances: turned(call, instances, act) }
  }),
  'ec2.StartInstances': operation('InstanceIds', (input, call) => {
    const instances = named(call, input)
    for (const one of instances) allowed(call, one, ['stopped', 'pending', 'running'], 'started')
    const act = (one: Resource) => instanceState(call, one) === 'stopped' && start(call, one)
    return { StartingInstances: turned(call, instances, act) }
  }),
  'ec2.RebootInstances': operation('InstanceIds', (input, call) => {
    for (const one of named(call, input)) allowed(call, one, ['running'], 'rebooted')
    return {}
  }),
  'ec2.ModifyInstanceAttribute': operation('InstanceId Groups DisableApiTermination InstanceType', modify),
  'ec2.DescribeInstanceAttribute': operation('InstanceId Attribute', (input, call) => {
    const instance = ec2Find(call, 'instance', requireParameter(input, 'InstanceId'))
    const attribute = requireParameter(input, 'Attribute')
    const answers: Record<string, JsonObject> = {
      userData: { UserData: text(instance, 'userData') === '' ? {} : { Value: text(instance, 'userData') } },
      disableApiTermination: { DisableApiTermination: { Value: instance.data.protect === true } },
      instanceType: { InstanceType: { Value: text(instance, 'type') } },
    }
    const answer = answers[attribute]
    if (!answer) return refuse(400, 'UnsupportedParameter', `The emulator does not simulate ${attribute}.`)
    return { InstanceId: instance.id, ...answer }
  }),
  'ec2.ModifyInstanceMetadataOptions': operation(
    'InstanceId HttpTokens HttpEndpoint HttpPutResponseHopLimit InstanceMetadataTags',
    (input, call) => {
      const instance = ec2Find(call, 'instance', requireParameter(input, 'InstanceId'))
      const { InstanceId: _, DryRun: __, ...asked } = input
      updateResource(call, instance, { metadata: { ...object(instance.data, 'metadata'), ...asked } })
      return {
        InstanceId: instance.id,
        InstanceMetadataOptions: { State: 'pending', ...object(instance.data, 'metadata') },
      }
    },
  ),
}

function runInstances(input: JsonObject, call: Call): JsonObject {
  const least = number(input, 'MinCount', 0)
  const most = number(input, 'MaxCount', 0)
  if (least < 1 || most < least)
    refuse(400, 'InvalidParameterValue', `Value (${least}) for parameter minCount is invalid.`)
  const { MinCount: _, MaxCount: __, DryRun: ___, ClientToken, ...asked } = input
  const clientToken = typeof ClientToken === 'string' ? ClientToken : ''
  const wanted = readRunInstancesInput(call, asked, most)
  const reservationId = `r-0${hex(call.world, 16)}`
  const instances = Array.from({ length: most }, (_, index) =>
    launch(call, wanted, { clientToken, reservationId, index }),
  )
  return describeReservation(call, reservationId, instances)
}

function describeReservation(call: Call, id: string, instances: Resource[]): JsonObject {
  return {
    ReservationId: id,
    OwnerId: call.account,
    Groups: [],
    Instances: instances.map(one => describeInstance(call, one)),
  }
}

function named(call: Call, input: JsonObject): Resource[] {
  const ids = [...new Set(words(input, 'InstanceIds'))]
  if (ids.length === 0) refuse(400, 'MissingParameter', 'The request must contain the parameter InstanceId')
  return ids.map(id => ec2Find(call, 'instance', id))
}

function allowed(call: Call, instance: Resource, states: string[], what: string): void {
  const state = instanceState(call, instance)
  if (states.includes(state)) return
  const words = `The instance '${instance.id}' is not in a state from which it can be ${what}.`
  refuse(400, 'IncorrectInstanceState', words)
}

function turned(call: Call, instances: Resource[], act: (one: Resource) => unknown): JsonObject[] {
  return instances.map(one => {
    const before = instanceState(call, one)
    act(one)
    return {
      InstanceId: one.id,
      PreviousState: stateBlock(before),
      CurrentState: stateBlock(instanceState(call, one)),
    }
  })
}

function modify(input: JsonObject, call: Call): JsonObject {
  const instance = ec2Find(call, 'instance', requireParameter(input, 'InstanceId'))
  const protect = wrapped(input, 'DisableApiTermination')
  if (protect !== undefined) updateResource(call, instance, { protect })
  const groups = words(input, 'Groups')
  if (groups.length > 0) {
    const port = ec2Find(call, 'network-interface', text(instance, 'interfaceId'))
    const vpcId = text(instance, 'vpcId')
    updateResource(call, port, { groups: groupsIn(call, groups, vpcId, `instance ${instance.id}`) })
  }
  const type = word(object(input, 'InstanceType'), 'Value')
  if (type !== '') {
    if (!instanceType(type)) refuse(400, 'InvalidInstanceAttributeValue', `Invalid value '${type}' for InstanceType.`)
    allowed(call, instance, ['stopped'], 'changed')
    updateResource(call, instance, { type })
  }
  return {}
}
