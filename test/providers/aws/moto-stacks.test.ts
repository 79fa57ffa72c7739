import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  DeleteCacheSubnetGroupCommand,
  DescribeCacheEngineVersionsCommand,
  DescribeReservedCacheNodesOfferingsCommand,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache'
import {
  DescribeDBEngineVersionsCommand,
  DescribeOrderableDBInstanceOptionsCommand,
  RDSClient,
} from '@aws-sdk/client-rds'
import { DescribeInstanceInformationCommand, SSMClient } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageFile } from '../../../src/base/files.ts'
import { type Sandbox, serve } from '../../../src/commands/emulator.ts'
import type { State } from '../../../src/engine/state.ts'
import { asPerson } from '../../support/aws.ts'
import { bareEnv, run, start } from '../../support/bin.ts'
import { emptyFolder } from '../../support/folder.ts'
import { prepareAccount, type Subject, subjectsOf, upArgsOf } from '../../support/subjects.ts'
import { heldBy } from './boto3.ts'
import { type Moto, startMoto } from './moto.ts'
import { type Filled, fillGaps, gaps } from './moto-gaps.ts'

// Judged by others: the built command builds and removes whole stacks in moto, as it would in AWS, without a word of
// the embedded cloud's but where moto has no answer. What that is stands in docs/moto.md.

describe('a whole stack in moto, through AWS_ENDPOINT_URL', () => {
  let moto: Moto
  let embedded: Sandbox
  let filled: Filled

  beforeAll(async () => {
    ;[moto, embedded] = await Promise.all([startMoto(), serve({ speed: 1000, seed: 1 })])
    filled = await fillGaps(moto.url, embedded.url)
  }, 600_000)
  afterAll(async () => {
    await filled?.close()
    await embedded?.close()
    moto?.stop()
  })

  /** Without network interfaces: moto keeps those of NAT gateways and of groups' machines that are gone. */
  const held = async () => (await heldBy(moto.url)).filter(({ type }) => type !== 'network-interface')
  const env = () =>
    bareEnv({
      AWS_ENDPOINT_URL: filled.url,
      AWS_ACCESS_KEY_ID: 'sandbox',
      AWS_SECRET_ACCESS_KEY: 'sandbox',
      AWS_REGION: 'ap-northeast-1',
    })

  for (const subject of subjectsOf('aws')) {
    it(`${subject.blueprint} is built up to the address that leads nowhere, and removed to nothing`, {
      timeout: 600_000,
    }, async () => {
      const cwd = await emptyFolder()
      await prepareAccount(moto.url, subject)
      const before = await held()
      const built = await interruptedAtTheEnd(realArgs(subject), cwd)
      expect(built.code, built.stdout + built.stderr).toBe(130)
      expect(built.stderr + built.stdout).toContain('Everything is built')
      const state = JSON.parse(readFileSync(join(cwd, '.stackwright/shop/state.json'), 'utf8')) as State
      expect(Object.values(state.entries).filter(entry => entry.is !== 'ready')).toEqual([])
      const down = await run(['teardown', '--yes', '--stack', 'shop'], { cwd, env: env() })
      expect(down.code, down.stdout + down.stderr).toBe(0)
      expect(await held()).toEqual(before)
    })
  }

  it('met every gap that is filled, and no other', () => {
    expect([...filled.met].sort()).toEqual(gaps.map(({ action }) => action).sort())
    expect([...filled.broken]).toEqual([])
  })

  it('has these gaps still, and docs/moto.md names each', async () => {
    const rds = new RDSClient({ ...asPerson(moto.url), maxAttempts: 1 })
    const ssm = new SSMClient({ ...asPerson(moto.url), maxAttempts: 1 })
    const versions = rds.send(new DescribeDBEngineVersionsCommand({ Engine: 'mysql' }))
    await expect(versions).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } })
    const options = await rds.send(new DescribeOrderableDBInstanceOptionsCommand({ Engine: 'mysql', Vpc: true }))
    expect(options.OrderableDBInstanceOptions ?? []).toEqual([])
    const agents = ssm.send(new DescribeInstanceInformationCommand({}))
    await expect(agents).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } })
    // Why `answersInMoto` has a Redis that exists already.
    const caches = new ElastiCacheClient({ ...asPerson(moto.url), maxAttempts: 1 })
    for (const ask of [
      () => caches.send(new DescribeCacheEngineVersionsCommand({})),
      () => caches.send(new DescribeReservedCacheNodesOfferingsCommand({})),
      () => caches.send(new DeleteCacheSubnetGroupCommand({ CacheSubnetGroupName: 'shop' })),
    ])
      await expect(ask()).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } })
    const document = readFileSync(packageFile('docs/moto.md'), 'utf8')
    for (const { action, moto, instead } of gaps) expect(document).toContain(`| \`${action}\` | ${moto} | ${instead} |`)
  })

  /** The names of moto's load balancers lead nowhere: when all is built and it is waited for an answer, Ctrl-C. */
  async function interruptedAtTheEnd(args: string[], cwd: string) {
    const { child, ended } = start(args, { cwd, env: env() })
    let said = ''
    // A second one would end it at once.
    let interrupt = (): void => {
      interrupt = () => {}
      child.kill('SIGINT')
    }
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', chunk => {
        said += chunk
        if (/Waiting until/.test(said)) interrupt()
      })
    }
    return ended
  }
})

function realArgs(subject: Subject): string[] {
  const { answersInMoto = subject.answers } = subject
  return upArgsOf({ ...subject, answers: answersInMoto }).filter(arg => arg !== '--sandbox' && arg !== '--json')
}
