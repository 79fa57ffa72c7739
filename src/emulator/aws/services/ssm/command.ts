import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { NEVER } from '../../../world/never.ts'
import { date, uuid } from '../../core/ids.ts'
import { number, object, objects, operation, refuse, requireParameter, word, words } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import {
  createResource,
  findResource,
  listedResources,
  resourcesOf,
  text,
  texts,
  time,
  updateResource,
} from '../../core/resources.ts'
import { times } from '../../core/times.ts'
import { isOnline } from './agent.ts'
import { noteSuccess, type Outcome, type Run, runnerOf, runsOf, standing, summary } from './command-run.ts'

/** Run Command: scripts on instances, one by one or by tag. */
const document = 'AWS-RunShellScript'
const plugin = 'aws:runShellScript'
const outputLimit = 24_000

export const commandOperations: Record<string, Operation> = {
  'ssm.SendCommand': operation(
    'DocumentName DocumentVersion InstanceIds Targets Parameters Comment TimeoutSeconds MaxConcurrency MaxErrors',
    sendCommand,
  ),
  'ssm.GetCommandInvocation': operation('CommandId InstanceId PluginName', (input, call) => {
    const command = commandOf(call, input)
    const run = runsOf(command).find(
      one => one.instanceId === requireParameter(input, 'InstanceId', 'ValidationException'),
    )
    // Right after SendCommand it is not there yet.
    if (!run || call.world.now() < command.born + times.invocationAppears)
      return refuse(400, 'InvocationDoesNotExist', '')
    return describeInvocation(call, command, run)
  }),
  'ssm.ListCommandInvocations': operation(
    'CommandId InstanceId Details Filters MaxResults NextToken',
    (input, call) => {
      const id = word(input, 'CommandId')
      const instance = word(input, 'InstanceId')
      const commands = resourcesOf(call, 'ssm-command').filter(
        one => (id === '' || one.id === id) && call.world.now() >= one.born + times.invocationAppears,
      )
      if (id !== '' && !findResource(call, 'ssm-command', id)) refuse(400, 'InvalidCommandId', '')
      const rows = commands.flatMap(command => runsOf(command).map(run => ({ command, run })))
      const found = rows.filter(
        ({ run }) =>
          (instance === '' || run.instanceId === instance) &&
          passes(input, { Status: standing(call, run).status, DocumentName: document }),
      )
      const { rows: some, next } = page(input, found, { size: 50 })
      const CommandInvocations = some.map(({ command, run }) => listInvocation(call, input, command, run))
      return { CommandInvocations, ...nextToken(next) }
    },
  ),
  'ssm.ListCommands': operation('CommandId InstanceId Filters MaxResults NextToken', (input, call) => {
    const id = word(input, 'CommandId')
    const instance = word(input, 'InstanceId')
    const resources =
      id === '' ? listedResources(call, 'ssm-command') : resourcesOf(call, 'ssm-command').filter(one => one.id === id)
    const found = resources
      .filter(one => instance === '' || runsOf(one).some(run => run.instanceId === instance))
      .filter(one => passes(input, { Status: summary(call, one), DocumentName: document }))
      .reverse()
    const { rows, next } = page(input, found, { size: 50 })
    return { Commands: rows.map(one => describe(call, one)), ...nextToken(next) }
  }),
  'ssm.CancelCommand': operation('CommandId InstanceIds', (input, call) => {
    const command = commandOf(call, input)
    const ids = words(input, 'InstanceIds')
    const now = call.world.now()
    const runs = runsOf(command).map(run =>
      run.endsAt > now && (ids.length === 0 || ids.includes(run.instanceId))
        ? { ...run, endsAt: now, status: 'Cancelled' as const, exitCode: -1, output: '', errors: '' }
        : run,
    )
    updateResource(call, command, { runs })
    return {}
  }),
}

function sendCommand(input: JsonObject, call: Call): JsonObject {
  const name = requireParameter(input, 'DocumentName', 'ValidationException')
  if (name !== document && !name.endsWith(`:document/${document}`))
    refuse(400, 'InvalidDocument', `document ${name} does not exist`)
  const parameters = object(input, 'Parameters')
  const commands = words(parameters, 'commands')
  if (commands.length === 0) refuse(400, 'InvalidParameters', 'Missing required parameter: commands')
  const odd = Object.keys(parameters).find(one => !['commands', 'executionTimeout', 'workingDirectory'].includes(one))
  if (odd) refuse(400, 'InvalidParameters', `Invalid parameter: ${odd}`)
  const script = commands.join('\n')
  if (Buffer.byteLength(script) > 65_536)
    refuse(400, 'ValidationException', 'The parameters of a command have at most 64 KB.')
  if (word(input, 'Comment').length > 100)
    refuse(400, 'ValidationException', "Value at 'comment' failed to satisfy constraint: at most 100 characters")
  const delivery = number(input, 'TimeoutSeconds', 3600)
  if (delivery < 30 || delivery > 2_592_000)
    refuse(400, 'ValidationException', "Value at 'timeoutSeconds' must be between 30 and 2592000")
  const timeout = Number(words(parameters, 'executionTimeout')[0] ?? 3600)
  if (!Number.isInteger(timeout) || timeout < 1 || timeout > 172_800)
    refuse(400, 'InvalidParameters', 'executionTimeout is a number of seconds from 1 to 172800')
  const instances = receivers(call, input)
  const id = uuid(call.world)
  const now = call.world.now()
  const runs = instances.map((instance): Run => {
    const startsAt = now + times.commandSent
    const outcome = cutOff(runnerOf(call.world)(call, instance, script, startsAt, id), startsAt, timeout * 1000)
    updateResource(call, instance, { commanded: true })
    if (outcome.status === 'Success' && outcome.endsAt < NEVER) noteSuccess(call.world, instance, outcome.endsAt)
    return { instanceId: instance.id, startsAt, ...outcome }
  })
  const data = {
    comment: word(input, 'Comment'),
    parameters,
    instanceIds: words(input, 'InstanceIds'),
    targets: objects(input, 'Targets'),
    delivery,
    concurrency: word(input, 'MaxConcurrency') || '50',
    errors: word(input, 'MaxErrors') || '0',
    runs,
  }
  return { Command: describe(call, createResource(call, 'ssm-command', id, data)) }
}

/** The instances a command goes to: named ones must all be there, by tag it goes to those that are. */
function receivers(call: Call, input: JsonObject): Resource[] {
  const ids = words(input, 'InstanceIds')
  const targets = objects(input, 'Targets')
  if (ids.length > 0 === targets.length > 0)
    refuse(400, 'ValidationException', 'Either InstanceIds or Targets is required, not both.')
  if (ids.length > 50) refuse(400, 'ValidationException', 'At most 50 instance ids.')
  const named = targets.find(one => word(one, 'Key') === 'InstanceIds')
  const asked = named ? words(named, 'Values') : ids
  if (asked.length > 0) {
    const instances = asked.map(id => findResource(call, 'instance', id))
    const away = asked.filter((_, index) => !instances[index] || !isOnline(call, instances[index]))
    if (away.length > 0)
      refuse(
        400,
        'InvalidInstanceId',
        `Instances [[${away.join(', ')}]] not in a valid state for account ${call.account}`,
      )
    return instances as Resource[]
  }
  return resourcesOf(call, 'instance').filter(
    one =>
      isOnline(call, one) &&
      targets.every(target => {
        const key = word(target, 'Key')
        if (key === 'tag-key') return words(target, 'Values').some(value => value in one.tags)
        if (!key.startsWith('tag:')) return refuse(400, 'InvalidTarget', `Invalid target key ${key}`)
        return words(target, 'Values').includes(one.tags[key.slice(4)] ?? '')
      }),
  )
}

function cutOff(outcome: Outcome, from: number, timeout: number): Outcome {
  // A real machine keeps the time limit itself, by its own clock.
  if (outcome.endsAt >= NEVER || outcome.endsAt <= from + timeout) return outcome
  return { ...outcome, endsAt: from + timeout, status: 'TimedOut', exitCode: -1 }
}

function commandOf(call: Call, input: JsonObject): Resource {
  const id = requireParameter(input, 'CommandId', 'ValidationException')
  const words = `No command ${id}`
  return (
    findResource(call, 'ssm-command', id) ??
    refuse(400, word(input, 'InstanceId') ? 'InvocationDoesNotExist' : 'InvalidCommandId', words)
  )
}

/** `Filters` of the lists: `[{key, value}]`. */
function passes(input: JsonObject, has: Record<string, string>): boolean {
  return objects(input, 'Filters').every(filter => {
    const value = has[word(filter, 'key')]
    return value === undefined ? refuse(400, 'InvalidFilterKey', word(filter, 'key')) : value === word(filter, 'value')
  })
}

function describe(call: Call, command: Resource): JsonObject {
  const standings = runsOf(command).map(run => standing(call, run))
  const status = standings.length === 0 ? 'Success' : summary(call, command)
  return {
    CommandId: command.id,
    DocumentName: document,
    DocumentVersion: '$DEFAULT',
    Comment: text(command, 'comment'),
    Parameters: object(command.data, 'parameters'),
    InstanceIds: texts(command, 'instanceIds'),
    Targets: objects(command.data, 'targets'),
    RequestedDateTime: date(call, command.born),
    ExpiresAfter: date(call, command.born + (time(command, 'delivery') + 3600) * 1000),
    Status: status,
    StatusDetails: standings.length === 0 ? 'NoInstancesInTag' : status,
    MaxConcurrency: text(command, 'concurrency'),
    MaxErrors: text(command, 'errors'),
    TargetCount: standings.length,
    CompletedCount: standings.filter(one => one.over).length,
    ErrorCount: standings.filter(one => ['Failed', 'TimedOut'].includes(one.status)).length,
    DeliveryTimedOutCount: 0,
    TimeoutSeconds: time(command, 'delivery'),
  }
}

function describeInvocation(call: Call, command: Resource, run: Run): JsonObject {
  const { status, details, over } = standing(call, run)
  const begun = status !== 'Pending'
  const seconds = Math.max(0, (run.endsAt - run.startsAt) / 1000)
  return {
    CommandId: command.id,
    InstanceId: run.instanceId,
    Comment: text(command, 'comment'),
    DocumentName: document,
    DocumentVersion: '$DEFAULT',
    PluginName: plugin,
    ResponseCode: over ? run.exitCode : -1,
    ExecutionStartDateTime: begun ? date(call, run.startsAt) : '',
    ExecutionElapsedTime: over ? `PT${seconds}S` : '',
    ExecutionEndDateTime: over ? date(call, Math.min(run.endsAt, call.world.now())) : '',
    Status: status,
    StatusDetails: details,
    StandardOutputContent: over ? run.output.slice(0, outputLimit) : '',
    StandardOutputUrl: '',
    StandardErrorContent: over ? run.errors.slice(0, outputLimit) : '',
    StandardErrorUrl: '',
  }
}

function listInvocation(call: Call, input: JsonObject, command: Resource, run: Run): JsonObject {
  const { status, details, over } = standing(call, run)
  const step = {
    Name: plugin,
    Status: status,
    StatusDetails: details,
    ResponseCode: over ? run.exitCode : -1,
    ...(status !== 'Pending' && { ResponseStartDateTime: date(call, run.startsAt) }),
    ...(over && { ResponseFinishDateTime: date(call, Math.min(run.endsAt, call.world.now())) }),
    Output: over ? `${run.output}${run.errors && `\n----------ERROR-------\n${run.errors}`}`.slice(0, 2500) : '',
  }
  return {
    CommandId: command.id,
    InstanceId: run.instanceId,
    InstanceName: '',
    Comment: text(command, 'comment'),
    DocumentName: document,
    DocumentVersion: '$DEFAULT',
    RequestedDateTime: date(call, command.born),
    Status: status,
    StatusDetails: details,
    StandardOutputUrl: '',
    StandardErrorUrl: '',
    CommandPlugins: input.Details === true ? [step] : [],
  }
}
