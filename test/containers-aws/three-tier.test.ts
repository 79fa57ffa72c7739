import { EC2 } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { containerName } from '../../src/sandbox/containers/network.ts'
import { config } from '../sandbox-aws/support.ts'
import { bareEnv, type Ended, emptyFolder, run } from '../support/bin.ts'
import { type RealAws, serveAws } from './serve.ts'
import { slowly } from './support.ts'

let aws: RealAws
let cwd: string
let made: Ended
let site: string

const program = (...args: string[]) =>
  run(args, {
    cwd,
    env: bareEnv({ STACKWRIGHT_SANDBOX_URL: aws.url, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }),
  })

beforeAll(async () => {
  aws = await serveAws({ speed: 50 })
  cwd = await emptyFolder()
  made = await program('up', '--blueprint', 'three-tier', '--sandbox', '--stack', 'tiers', '--yes')
  const elb = new ElasticLoadBalancingV2(config(aws.url))
  const { LoadBalancers } = await elb.describeLoadBalancers({})
  const front = LoadBalancers!.find(one => one.Scheme === 'internet-facing')!
  site = await slowly(
    async () => (await aws.reality.reach(front.DNSName!, 80)) ?? '',
    url => url !== '',
    30,
  )
}, 420_000)

afterAll(async () => await aws?.close())

async function page(path: string): Promise<string> {
  const answer = await fetch(site + path, { signal: AbortSignal.timeout(20_000) })
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
  return await answer.text()
}

async function machines(tag: string): Promise<string[]> {
  const { Reservations } = await new EC2(config(aws.url)).describeInstances({
    Filters: [
      { Name: 'tag:Server', Values: [tag] },
      { Name: 'instance-state-name', Values: ['running'] },
    ],
  })
  return Reservations!.flatMap(one => one.Instances!.map(instance => instance.InstanceId!))
}

async function logOf(id: string, command: string): Promise<string> {
  const ran = await aws.runtime.run(['exec', containerName(aws.sandbox, id), 'sh', '-c', command])
  return ran.stdout
}

describe('the three tiers in machines that really run', () => {
  it('is built to its end by the program alone', () => {
    expect(made.code === 0 ? '' : made.stdout + made.stderr).toBe('')
    expect(made.code).toBe(0)
  })

  it('writes three times and reads three, through the reader, served by both servers of both tiers', async () => {
    for (let n = 0; n < 3; n++) expect(await page('/write')).toContain('Saved')
    const rows = await slowly(
      async () => JSON.parse(await page('/read')) as string[],
      list => list.length >= 3,
      20,
    )
    expect(rows).toHaveLength(3)
    for (let n = 0; n < 12; n++) await page('/read')
    for (const id of await machines('ApacheWeb')) {
      expect(await logOf(id, 'cat /var/log/apache2/*access*'), id).toContain('GET /read')
    }
    for (const id of await machines('App')) {
      expect(await logOf(id, 'journalctl -u stackwright-uwsgi -o cat'), id).toContain('/read')
    }
  })

  it('is taken down with every container', async () => {
    const gone = await program('teardown', '--sandbox', '--stack', 'tiers', '--yes')
    expect(gone.code, gone.stdout + gone.stderr).toBe(0)
    const left = async () =>
      (await aws.runtime.run(['ps', '--all', '--quiet', '--filter', `label=stackwright.sandbox=${aws.sandbox}`])).stdout
    expect(await slowly(left, text => text === '', 60)).toBe('')
  }, 300_000)
})
