import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { date } from '../../core/ids.ts'
import { flag, isObject, word } from '../../core/input.ts'
import { text } from '../../core/resources.ts'
import { tagKeyValue } from '../../core/tags.ts'
import type { Outcome } from './simulated.ts'

/** Invocations as Cloud Assistant's history shows them. */

/** One command on one machine. */
export type Run = Outcome & { instanceId: string; startsAt: number }

/** The runs of an invocation, one an instance. */
export function runsOf(invocation: Resource): Run[] {
  const runs = invocation.data.runs
  return Array.isArray(runs) ? (runs.filter(isObject) as unknown as Run[]) : []
}

function statusOf(call: Call, run: Run): string {
  const now = call.world.now()
  if (now >= run.endsAt) return run.status
  return now < run.startsAt || run.status === 'Aborted' ? 'Pending' : 'Running'
}

/** Of the whole invocation: what its worst machine says. */
export function summary(call: Call, invocation: Resource): string {
  const states = runsOf(invocation).map(run => statusOf(call, run))
  const order = ['Running', 'Pending', 'Failed', 'Timeout', 'Aborted', 'Terminated', 'Success']
  return order.find(state => states.includes(state)) ?? 'Success'
}

/** The older word that `InvokeStatus` and `InvokeRecordStatus` still use. */
function oldWord(state: string): string {
  if (state === 'Success') return 'Finished'
  if (state === 'Pending') return 'Running'
  if (state === 'Terminated') return 'Stopped'
  return state === 'Running' ? 'Running' : 'Failed'
}

/** An invocation as `DescribeInvocations` shows it. */
export function describe(call: Call, input: JsonObject, invocation: Resource): JsonObject {
  const state = summary(call, invocation)
  return {
    InvokeId: invocation.id,
    CommandId: text(invocation, 'commandId'),
    CommandName: text(invocation, 'name'),
    CommandDescription: text(invocation, 'description'),
    CommandType: text(invocation, 'type'),
    CommandContent: encoded(input, Buffer.from(text(invocation, 'content'), 'base64').toString()),
    Parameters: text(invocation, 'parameters'),
    Timeout: Number(invocation.data.timeout),
    Username: text(invocation, 'username'),
    WorkingDir: text(invocation, 'workingDir'),
    TerminationMode: text(invocation, 'termination'),
    RepeatMode: 'Once',
    Timed: false,
    Frequency: '',
    InvokeStatus: oldWord(state),
    InvocationStatus: state,
    CreationTime: date(call, invocation.born),
    InvokeInstances: {
      InvokeInstance: runsOf(invocation).map(run => describeInstanceRun(call, input, invocation, run)),
    },
    Tags: tagKeyValue(invocation),
  }
}

function describeInstanceRun(call: Call, input: JsonObject, invocation: Resource, run: Run): JsonObject {
  const { FinishedTime, InvokeRecordStatus, ...shared } = describeResult(call, input, invocation, run)
  const { CommandId: _, InvokeId: __, TerminationMode: ___, Username: ____, Tags: _____, Output, ...result } = shared
  return {
    ...result,
    ...(flag(input, 'IncludeOutput') && Output !== undefined && { Output }),
    CreationTime: date(call, invocation.born),
    FinishTime: FinishedTime ?? '',
    UpdateTime: FinishedTime ?? '',
    InstanceInvokeStatus: InvokeRecordStatus ?? '',
    Timed: false,
  }
}

/** One run as `DescribeInvocationResults` shows it. */
export function describeResult(call: Call, input: JsonObject, invocation: Resource, run: Run): JsonObject {
  const state = statusOf(call, run)
  const over = call.world.now() >= run.endsAt
  const aborted = state === 'Aborted'
  return {
    InvokeId: invocation.id,
    CommandId: text(invocation, 'commandId'),
    InstanceId: run.instanceId,
    InvocationStatus: state,
    InvokeRecordStatus: oldWord(state),
    StartTime: call.world.now() >= run.startsAt && !aborted ? date(call, run.startsAt) : '',
    FinishedTime: over ? date(call, run.endsAt) : '',
    StopTime: state === 'Terminated' ? date(call, run.endsAt) : '',
    ...(over && state !== 'Timeout' && !aborted && { ExitCode: run.exitCode }),
    Output: encoded(input, over ? run.output : ''),
    Dropped: 0,
    Repeats: over ? 1 : 0,
    ErrorCode: aborted ? 'ClientNotOnline' : '',
    ErrorInfo: aborted ? 'The Cloud Assistant Agent is not online.' : '',
    TerminationMode: text(invocation, 'termination'),
    Username: text(invocation, 'username'),
    Tags: tagKeyValue(invocation),
  }
}

function encoded(input: JsonObject, value: string): string {
  return word(input, 'ContentEncoding') === 'PlainText' ? value : Buffer.from(value).toString('base64')
}
