import { describe, expect, test } from 'vitest'
import { Problem } from '../../../../../src/base/errors.ts'
import { runOnMachine } from '../../../../../src/providers/alicloud/resources/assistant/run-command.ts'
import { setup } from '../../../../../src/providers/alicloud/resources/assistant/setup.ts'
import { good, type Reply, secretValue, wire } from '../../scripted.ts'
import { markFor } from '../../support.ts'

const command = { name: 'stackwright-setup', script: 'echo hello', timeout: 60 }
const mark = markFor(setup, 'application/setup')

const started = (InvokeId: string): Reply => good({ InvokeId })
const agent: Reply = good({
  InstanceCloudAssistantStatusSet: {
    InstanceCloudAssistantStatus: [{ InstanceId: 'i-1', CloudAssistantStatus: 'true' }],
  },
})
const result = (InvocationStatus: string, more: object = {}): Reply =>
  good({ Invocation: { InvocationResults: { InvocationResult: [{ InvocationStatus, ...more }] } } })

describe('a command on a machine', () => {
  test('is sent once and waited for', async () => {
    const { cloud, seen } = await wire([
      started('t-1'),
      result('Pending'),
      result('Running'),
      result('Success', { Output: 'hello' }),
    ])
    expect(await runOnMachine(cloud, 'i-1', command, mark)).toBe('hello')
    const sent = seen[0]!
    expect(Buffer.from(sent.get('CommandContent')!, 'base64').toString()).toBe('echo hello')
    expect([sent.get('KeepCommand'), sent.get('TerminationMode'), sent.get('Timeout')]).toEqual([
      'false',
      'ProcessTree',
      '60',
    ])
  })

  test('that fails under our eyes is a problem with the exit code and the last lines, without a secret', async () => {
    const output = `${'noise\n'.repeat(50)}password ${secretValue}\nE: no such package`
    const replies = [started('t-1'), result('Running'), result('Failed', { ExitCode: 100, Output: output })]
    const { cloud } = await wire(replies)
    cloud.reveal({ $secret: 's' })
    const error = await runOnMachine(cloud, 'i-1', command, mark).catch(caught => caught as Problem)
    expect(error).toBeInstanceOf(Problem)
    const problem = error as Problem
    expect(problem.why).toContain('exit code 100')
    expect(problem.list.at(-1)).toBe('E: no such package')
    expect(problem.list.length).toBeLessThanOrEqual(15)
    expect(problem.message).not.toContain(secretValue)
  })

  test('that had failed in an earlier run is sent anew, with a token that follows from the failed one', async () => {
    const failed = result('Failed', { ExitCode: 1 })
    const script = [started('t-1'), failed, started('t-2'), result('Success', { Output: 'now' })]
    const first = await wire(script)
    expect(await runOnMachine(first.cloud, 'i-1', command, mark)).toBe('now')
    const second = await wire(script)
    await runOnMachine(second.cloud, 'i-1', command, mark)
    const tokens = (seen: URLSearchParams[]) => seen.map(sent => sent.get('ClientToken')).filter(Boolean)
    expect(tokens(first.seen)).toEqual(tokens(second.seen))
    expect(new Set(tokens(first.seen)).size).toBe(2)
  })

  test('that never reached the machine is sent anew once the agent answers, and after some tries given up', async () => {
    const aborted = [started('t'), result('Pending'), result('Aborted'), agent]
    const { cloud } = await wire([...aborted, ...aborted, started('t-3'), result('Success', { Output: 'there' })])
    expect(await runOnMachine(cloud, 'i-1', command, mark)).toBe('there')
    const never = await wire([...aborted, ...aborted, ...aborted, ...aborted])
    await expect(runOnMachine(never.cloud, 'i-1', command, mark)).rejects.toMatchObject({ outcome: 'retry' })
  })

  test('that is too long is refused before it is sent', async () => {
    const { cloud, seen } = await wire([])
    await expect(runOnMachine(cloud, 'i-1', { ...command, script: 'x'.repeat(20_000) }, mark)).rejects.toThrow(
      'too long',
    )
    expect(seen).toHaveLength(0)
  })
})
