import { randomBytes } from 'node:crypto'
import { until } from '../waiting.ts'
import type { Alicloud } from './cloud.ts'
import { rows, str } from './read.ts'
import { minute } from './resources/common.ts'

/**
 * Runs a script that only reads, on several machines with one command of Cloud Assistant. Returns the output of each;
 * for a machine whose agent does not answer, a line that says so in the script's own form. Throws a Problem when the
 * command takes longer than four minutes.
 */
export async function runScript(
  cloud: Alicloud,
  machines: string[],
  script: string,
): Promise<{ machine: string; output: string }[]> {
  const there = await withAgent(cloud, machines)
  const away = machines.filter(machine => !there.includes(machine)).map(machine => ({ machine, output: silent }))
  return there.length === 0 ? away : [...away, ...(await run(cloud, there, script))]
}

/** In the form of the script's own output. */
const silent = 'hop machine bad the instance is not running, or its Cloud Assistant agent does not answer'

/** The machines whose agent answers. A machine that was set up has had one, so there is little to wait for. */
async function withAgent(cloud: Alicloud, machines: string[]): Promise<string[]> {
  const late = cloud.deadline(minute, 10_000)
  for (;;) {
    const answer = await cloud.call('ecs', 'DescribeCloudAssistantStatus', { InstanceId: machines })
    const there = rows(answer, 'InstanceCloudAssistantStatusSet.InstanceCloudAssistantStatus')
      .filter(row => str(row, 'CloudAssistantStatus') === 'true')
      .map(row => str(row, 'InstanceId'))
    if (there.length === machines.length || late()) return there
    await cloud.sleep(2000)
  }
}

async function run(
  cloud: Alicloud,
  machines: string[],
  script: string,
): Promise<{ machine: string; output: string }[]> {
  const answer = await cloud.call('ecs', 'RunCommand', {
    Name: 'stackwright-check',
    Type: 'RunShellScript',
    InstanceId: machines,
    ContentEncoding: 'Base64',
    CommandContent: Buffer.from(script).toString('base64'),
    Timeout: 120,
    KeepCommand: false,
    TerminationMode: 'ProcessTree',
    ClientToken: randomBytes(16).toString('hex'),
  })
  const params = { InvokeId: str(answer, 'InvokeId'), ContentEncoding: 'PlainText', PageSize: 50 }
  const over = (row: object) =>
    !['Pending', 'Scheduled', 'Running', 'Stopping'].includes(str({ ...row }, 'InvocationStatus'))
  const results = await until(
    cloud,
    async () =>
      rows(
        await cloud.call('ecs', 'DescribeInvocationResults', params),
        'Invocation.InvocationResults.InvocationResult',
      ),
    found => found.length >= Math.min(machines.length, 50) && found.every(over),
    { what: 'the check on the machines', within: 4 * minute },
  )
  return results.map(row => ({ machine: str(row, 'InstanceId'), output: cloud.redact(str(row, 'Output')) }))
}
