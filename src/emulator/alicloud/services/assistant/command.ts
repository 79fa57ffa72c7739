import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource, World } from '../../../world/model.ts'
import { date, newId } from '../../core/ids.ts'
import { checkText, flag, operation, refuse, requireParameter, within, word, words } from '../../core/input.ts'
import { pageOrToken } from '../../core/page.ts'
import { createResource, listedResources, resourcesOf, text, updateResource } from '../../core/resources.ts'
import { byTags, newTags } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { agentReadyAt, instanceOf, instanceStatus } from '../ecs/instance-lifecycle.ts'
import { describe, describeResult, type Run, runsOf, summary } from './invocation.ts'
import { type Command, type Outcome, type RunsCommands, simulated } from './simulated.ts'

/** Cloud Assistant: commands that run on machines, and their history as the real cloud shows it. */

const runners = new WeakMap<World, RunsCommands>()

/** The hook for real machines: what runs a command in this world instead of the simulation. */
export function runCommandsWith(world: World, runs: RunsCommands): void {
  runners.set(world, runs)
}

const settings = 'Timeout Username WorkingDir EnableParameter Parameters Tag Timed RepeatMode TerminationMode Launcher'

export const commandOperations = {
  'ecs.DescribeCloudAssistantStatus': operation(
    'InstanceId OSType PageNumber PageSize MaxResults NextToken',
    (input, call) => {
      const ids = words(input, 'InstanceId')
      if (ids.length > 50) refuse(400, 'InvalidInstanceId.ExceedLimit', 'At most 50 instance ids.')
      const found = resourcesOf(call, 'instance').filter(one => ids.length === 0 || ids.includes(one.id))
      const { rows, head } = pageOrToken(input, found, 10, 50)
      return {
        ...head,
        InstanceCloudAssistantStatusSet: { InstanceCloudAssistantStatus: rows.map(one => describeAgent(call, one)) },
      }
    },
  ),
  'ecs.RunCommand': operation(
    `Type CommandContent ContentEncoding InstanceId Name Description KeepCommand ${settings}`,
    (input, call) => {
      const type = requireParameter(input, 'Type')
      if (type !== 'RunShellScript')
        refuse(400, 'InvalidType.ValueNotSupported', 'The machines here run Linux: RunShellScript.')
      const content = decode(input, flag(input, 'KeepCommand'))
      checkText(word(input, 'Name'), 1, 128, 'InvalidName.Malformed')
      const instances = targets(call, input)
      const marks = newTags(input)
      const options = settingsOf(input)
      const command = {
        commandId: newId(call, 'c'),
        type,
        name: word(input, 'Name'),
        description: word(input, 'Description'),
        content: Buffer.from(content).toString('base64'),
      }
      if (flag(input, 'KeepCommand'))
        createResource(call, 'command', command.commandId, { ...command, ...options }, marks)
      return { CommandId: command.commandId, InvokeId: invoke(call, input, { ...command, content }, instances, marks) }
    },
  ),
  'ecs.InvokeCommand': operation(`CommandId InstanceId ${settings}`, (input, call) => {
    const kept = resourcesOf(call, 'command').find(one => one.id === requireParameter(input, 'CommandId'))
    if (!kept) return refuse(404, 'InvalidCmdId.NotFound', 'The specified command does not exist.')
    const content = Buffer.from(text(kept, 'content'), 'base64').toString()
    const command = {
      commandId: kept.id,
      type: text(kept, 'type'),
      name: text(kept, 'name'),
      description: text(kept, 'description'),
      content,
    }
    return { InvokeId: invoke(call, input, command, targets(call, input), newTags(input)) }
  }),
  'ecs.DescribeInvocations': operation(
    'InvokeId CommandId CommandName CommandType InstanceId InvokeStatus ContentEncoding IncludeOutput Tag Timed RepeatMode PageNumber PageSize MaxResults NextToken',
    (input, call) => {
      const rows = chosen(call, input).filter(
        one =>
          same(input, 'CommandName', text(one, 'name')) &&
          same(input, 'CommandType', text(one, 'type')) &&
          same(input, 'InvokeStatus', summary(call, one)),
      )
      const { rows: some, head } = pageOrToken(input, byTags(input, rows), 10, 50)
      return { ...head, Invocations: { Invocation: some.map(one => describe(call, input, one)) } }
    },
  ),
  'ecs.DescribeInvocationResults': operation(
    'InvokeId InstanceId CommandId InvokeRecordStatus IncludeHistory ContentEncoding Tag PageNumber PageSize MaxResults NextToken',
    (input, call) => {
      const one = word(input, 'InstanceId')
      const results = byTags(input, chosen(call, input))
        .flatMap(invocation => runsOf(invocation).map(run => describeResult(call, input, invocation, run)))
        .filter(result => one === '' || result.InstanceId === one)
        .filter(result => same(input, 'InvokeRecordStatus', String(result.InvokeRecordStatus)))
      const { rows, head } = pageOrToken(input, results, 10, 50)
      return { Invocation: { ...head, InvocationResults: { InvocationResult: rows } } }
    },
  ),
  'ecs.StopInvocation': operation('InvokeId InstanceId', (input, call) => {
    const invocation = resourcesOf(call, 'invocation').find(one => one.id === requireParameter(input, 'InvokeId'))
    if (!invocation) return refuse(404, 'InvalidInvokeId.NotFound', 'The specified invoke id does not exist.')
    const ids = words(input, 'InstanceId')
    const now = call.world.now()
    const runs = runsOf(invocation).map(run => {
      if (run.endsAt <= now || (ids.length > 0 && !ids.includes(run.instanceId))) return run
      const instance = call.world.get('instance', run.instanceId)
      if (instance && instance.data.servesBy === invocation.id)
        updateResource(call, instance, { servesFrom: 0, servesBy: '' })
      return { ...run, endsAt: now, status: 'Terminated', exitCode: 0, output: '' }
    })
    updateResource(call, invocation, { runs })
    return {}
  }),
}

/**
 * A command that really ran is over. Nothing happens when the cloud gave it up before, by its time limit or because
 * someone stopped it, or when it is not known.
 */
export function finishCommand(world: World, invokeId: string, instanceId: string, outcome: Outcome): void {
  const invocation = world.get('invocation', invokeId)
  if (!invocation) return
  const now = world.now()
  const runs = runsOf(invocation).map(run =>
    run.instanceId === instanceId && run.endsAt > now ? { ...run, ...outcome } : run,
  )
  invocation.data.runs = runs
  world.touch(invocation)
  const instance = world.get('instance', instanceId)
  if (!instance || !outcome.serves || !runs.some(run => run.instanceId === instanceId && run.endsAt === outcome.endsAt))
    return
  Object.assign(instance.data, { servesFrom: outcome.endsAt, servesBy: invokeId })
  world.touch(instance)
}

/** When the application on a machine answers: undefined while no setup command has succeeded, or it is not running. */
export function servesFrom(call: Call, instance: Resource): number | undefined {
  const from = Number(instance.data.servesFrom ?? 0)
  if (from === 0 || instanceStatus(call, instance) !== 'Running') return undefined
  return Math.max(from, Number(instance.data.thereAt))
}

function invoke(
  call: Call,
  input: JsonObject,
  command: Command & { commandId: string },
  instances: Resource[],
  tags: Record<string, string>,
): string {
  const now = call.world.now()
  const id = newId(call, 't')
  const options = settingsOf(input)
  const runs = instances.map((instance): Run => {
    const startsAt = now + times.commandSent
    // Not delivered within a minute, because no agent listens: given up.
    if (instanceStatus(call, instance) !== 'Running' || agentReadyAt(instance) > now + times.commandAborted) {
      return {
        instanceId: instance.id,
        startsAt,
        endsAt: now + times.commandAborted,
        status: 'Aborted',
        exitCode: 0,
        output: '',
      }
    }
    const from = Math.max(startsAt, agentReadyAt(instance))
    const outcome = (runners.get(call.world) ?? simulated)(call, instance, command, from, id)
    return { instanceId: instance.id, startsAt: from, ...cutOff(outcome, from, Number(options.timeout) * 1000) }
  })
  for (const [index, instance] of instances.entries()) {
    const run = runs[index]!
    if (run.status === 'Success' && run.serves) updateResource(call, instance, { servesFrom: run.endsAt, servesBy: id })
  }
  const { content, ...rest } = command
  createResource(
    call,
    'invocation',
    id,
    { ...rest, ...options, content: Buffer.from(content).toString('base64'), runs },
    tags,
  )
  return id
}

function cutOff(outcome: Outcome, from: number, timeout: number): Outcome {
  if (outcome.endsAt <= from + timeout) return outcome
  return { ...outcome, endsAt: from + timeout, status: 'Timeout', exitCode: 0, output: '', serves: false }
}

function settingsOf(input: JsonObject): JsonObject & { timeout: number } {
  if (word(input, 'RepeatMode') !== '' && word(input, 'RepeatMode') !== 'Once') {
    refuse(400, 'UnsupportedParameter', 'The emulator simulates RepeatMode=Once only.')
  }
  const parameters = input.Parameters
  return {
    timeout: within(input, 'Timeout', 60, 10, 86_400),
    username: word(input, 'Username') || 'root',
    workingDir: word(input, 'WorkingDir') || '/root',
    termination: word(input, 'TerminationMode') || 'Process',
    parameters: typeof parameters === 'string' ? parameters : JSON.stringify(parameters ?? {}),
  }
}

function targets(call: Call, input: JsonObject): Resource[] {
  const ids = words(input, 'InstanceId')
  if (ids.length === 0) refuse(400, 'MissingParameter.InstanceId', 'InstanceId is mandatory for this action.')
  if (ids.length > 100) refuse(400, 'InvalidInstanceId.ExceedLimit', 'At most 100 instance ids.')
  const instances = ids.map(id => instanceOf(call, input, id))
  if (instances.some(one => !['Running', 'Starting', 'Pending'].includes(instanceStatus(call, one)))) {
    refuse(403, 'IncorrectInstanceStatus', 'The instance is not running.')
  }
  return instances
}

function decode(input: JsonObject, kept: boolean): string {
  const raw = requireParameter(input, 'CommandContent')
  const encoded = word(input, 'ContentEncoding') === 'Base64'
  if (encoded && !/^[A-Za-z0-9+/\s]+=*\s*$/.test(raw)) {
    refuse(400, 'CmdContent.DecodeError', 'The command content cannot be decoded from Base64.')
  }
  const content = encoded ? Buffer.from(raw, 'base64') : Buffer.from(raw)
  const size = Buffer.byteLength(content.toString('base64')) + Buffer.byteLength(String(input.Parameters ?? ''))
  if (size > (kept ? 18 : 24) * 1024) {
    refuse(403, 'CmdContent.ExceedLimit', 'The length of the command content exceeds the limit.')
  }
  return content.toString()
}

function chosen(call: Call, input: JsonObject): Resource[] {
  const id = word(input, 'InvokeId')
  const instance = word(input, 'InstanceId')
  return (id === '' ? listedResources(call, 'invocation') : resourcesOf(call, 'invocation')).filter(
    one =>
      (id === '' || one.id === id) &&
      same(input, 'CommandId', text(one, 'commandId')) &&
      (instance === '' || runsOf(one).some(run => run.instanceId === instance)) &&
      word(input, 'Timed').toLowerCase() !== 'true',
  )
}

function same(input: JsonObject, name: string, value: string): boolean {
  return word(input, name) === '' || word(input, name) === value
}

function describeAgent(call: Call, instance: Resource): JsonObject {
  const ready = instanceStatus(call, instance) === 'Running' && call.world.now() >= agentReadyAt(instance)
  return {
    InstanceId: instance.id,
    CloudAssistantStatus: ready ? 'true' : 'false',
    CloudAssistantVersion: ready ? '2.2.4.1000' : '',
    OSType: 'Linux',
    ActiveTaskCount: 0,
    InvocationCount: 0,
    LastHeartbeatTime: ready ? date(call, call.world.now()) : '',
    LastInvokedTime: '',
    SupportSessionManager: true,
  }
}
