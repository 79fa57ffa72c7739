import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { type CloudProblem, Problem } from '../../../src/base/errors.ts'
import {
  cut,
  empty,
  failing,
  good,
  html,
  type Reply,
  reset,
  secretValue,
  stalled,
  throttled,
  trickling,
  wire,
} from './scripted.ts'

const vpc = good('<vpc><vpcId>vpc-1</vpcId></vpc>')
const nat = good('<natGateway><natGatewayId>nat-1</natGatewayId></natGateway>')

describe('a call is retried through what passes by itself', () => {
  test('throttling is always waited out, also for a create without a token', async () => {
    const { cloud, seen, events } = await wire([throttled, throttled, throttled, vpc])
    expect(await cloud.call('ec2', 'CreateVpc', { CidrBlock: '10.0.0.0/16' })).toMatchObject({
      Vpc: { VpcId: 'vpc-1' },
    })
    expect(seen).toHaveLength(4)
    expect(events).toContainEqual({ is: 'throttled', limit: 8 })
  })

  test('a create with a token is sent again unchanged after a lost answer, an HTML page and an empty 503', async () => {
    const { cloud, seen } = await wire([reset, html, empty, failing(500, 'InternalError'), nat])
    const input = { SubnetId: 'subnet-1', ClientToken: 'ours' }
    expect(await cloud.call('ec2', 'CreateNatGateway', input)).toMatchObject({ NatGateway: { NatGatewayId: 'nat-1' } })
    expect(seen).toHaveLength(5)
    expect(new Set(seen.map(({ body }) => body)).size).toBe(1)
    expect(seen[0]!.body).toContain('ClientToken=ours')
    // The client's own retries would count up here.
    expect(seen.map(({ headers }) => headers['amz-sdk-request'])).toEqual(Array(5).fill('attempt=1; max=1'))
  })

  test('a read is repeated', async () => {
    const { cloud, seen } = await wire([reset, html, good('<vpcSet><item><vpcId>vpc-1</vpcId></item></vpcSet>')])
    expect(await cloud.call('ec2', 'DescribeVpcs', {})).toMatchObject({ Vpcs: [{ VpcId: 'vpc-1' }] })
    expect(seen).toHaveLength(3)
  })

  test('an answer that breaks off, stalls or trickles is asked for again', { timeout: 90_000 }, async () => {
    for (const half of [cut, stalled, trickling]) {
      const { cloud, seen } = await wire([half, good('<vpcSet><item><vpcId>vpc-1</vpcId></item></vpcSet>')])
      expect(await cloud.call('ec2', 'DescribeVpcs', {})).toMatchObject({ Vpcs: [{ VpcId: 'vpc-1' }] })
      expect(seen).toHaveLength(2)
    }
  })

  test('what was created a moment ago and is not known everywhere yet is waited for', async () => {
    const { cloud, seen } = await wire([
      failing(400, 'InvalidSubnetID.NotFound'),
      failing(400, 'InvalidAllocationID.NotFound'),
      nat,
    ])
    await cloud.call('ec2', 'CreateNatGateway', { SubnetId: 'subnet-1', ClientToken: 't' })
    expect(seen).toHaveLength(3)
  })

  test('a role that EC2 does not know yet is distinguished from a wrong parameter by the message', async () => {
    const fresh = failing(
      400,
      'InvalidParameterValue',
      'Value (shop) for parameter x is invalid. Invalid IAM Instance Profile name',
    )
    const lucky = await wire([fresh, fresh, good('<reservationId>r-1</reservationId>')])
    await lucky.cloud.call('ec2', 'RunInstances', { MinCount: 1, MaxCount: 1, ClientToken: 't' })
    expect(lucky.seen).toHaveLength(3)
    const wrong = await wire([failing(400, 'InvalidParameterValue', 'Something else is invalid')])
    await expect(wrong.cloud.call('ec2', 'RunInstances', { MinCount: 1, MaxCount: 1 })).rejects.toMatchObject({
      outcome: 'refused',
    })
    expect(wrong.seen).toHaveLength(1)
  })
})

describe('a call says honestly what is not known', () => {
  test('a create without a token is sent once when the answer is lost', async () => {
    for (const reply of [reset, html, empty, failing(500, 'InternalError')]) {
      const { cloud, seen } = await wire([reply])
      await expect(cloud.call('ec2', 'CreateVpc', { CidrBlock: '10.0.0.0/16' })).rejects.toMatchObject({
        outcome: 'unknown',
      })
      expect(seen).toHaveLength(1)
    }
  })

  test('an answer that breaks off or is none leaves it open', async () => {
    const { cloud, seen } = await wire([response => void response.writeHead(200).end('not an answer')])
    await expect(cloud.call('ec2', 'CreateVpc', { CidrBlock: '10.0.0.0/16' })).rejects.toMatchObject({
      outcome: 'unknown',
    })
    expect(seen).toHaveLength(1)
  })

  test('a refusal is a refusal, with code, request id and a next step', async () => {
    const { cloud } = await wire([failing(400, 'VcpuLimitExceeded')])
    await expect(cloud.call('ec2', 'RunInstances', { MinCount: 1, MaxCount: 1 })).rejects.toMatchObject({
      outcome: 'refused',
      code: 'VcpuLimitExceeded',
      requestId: 'REQ-1',
      next: expect.stringContaining('Service Quotas'),
    })
  })

  test('a quota is not mistaken for throttling', async () => {
    const { cloud, seen } = await wire([failing(409, 'LimitExceeded')])
    await expect(
      cloud.call('iam', 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: '{}' }),
    ).rejects.toMatchObject({
      outcome: 'refused',
      why: expect.stringContaining('quota'),
    })
    expect(seen).toHaveLength(1)
  })

  test('for a removal, not found means gone', async () => {
    const { cloud, seen } = await wire([failing(400, 'InvalidVpcID.NotFound')])
    await expect(cloud.call('ec2', 'DeleteVpc', { VpcId: 'vpc-1' })).rejects.toMatchObject({ outcome: 'notFound' })
    expect(seen).toHaveLength(1)
  })

  test('a taken name is recognized by its code on the wire and by that of the model', async () => {
    const { cloud } = await wire([failing(400, 'InvalidGroup.Duplicate'), failing(409, 'EntityAlreadyExists')])
    const group = cloud.call('ec2', 'CreateSecurityGroup', { GroupName: 'g', Description: 'd' })
    await expect(group).rejects.toMatchObject({ outcome: 'exists' })
    const role = cloud.call('iam', 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: '{}' })
    await expect(role).rejects.toMatchObject({ outcome: 'exists' })
  })

  test('a missing permission names it as a policy spells it', async () => {
    const { cloud } = await wire([
      failing(403, 'UnauthorizedOperation', 'No. Encoded authorization failure message: aBcDeF'),
    ])
    const error = await cloud.call('ec2', 'CreateVpc', {}).catch(caught => caught as CloudProblem)
    expect((error as CloudProblem).message).toContain('ec2:CreateVpc')
    expect((error as CloudProblem).message).not.toContain('aBcDeF')
  })
})

describe('no secret leaves in a request line or an error', () => {
  test('everything travels in the body', async () => {
    const { cloud, seen } = await wire([failing(400, 'InvalidParameterValue', `bad: ${secretValue}`)])
    const input = {
      DBInstanceIdentifier: 'd',
      MasterUserPassword: cloud.reveal({ $secret: 's' }),
      DBInstanceClass: 'c',
      Engine: 'mysql',
    }
    const error: unknown = await cloud.call('rds', 'CreateDBInstance', input).catch(caught => caught)
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/' })
    expect(seen[0]!.body).toContain(secretValue)
    expect(error).toBeInstanceOf(Problem)
    const everything = [error, (error as Error).message, (error as Error).stack, JSON.stringify(error)].map(String)
    expect(everything.join()).not.toContain(secretValue)
  })

  test('signature errors are not quoted: they repeat the request', async () => {
    const { cloud } = await wire([failing(403, 'SignatureDoesNotMatch', 'The canonical string was POST/secret')])
    const error = await cloud.call('ec2', 'CreateVpc', {}).catch(caught => caught as CloudProblem)
    expect((error as CloudProblem).message).not.toContain('canonical')
    expect((error as CloudProblem).exit).toBe(4)
  })
})

describe('waiting and lists', () => {
  test('an interruption ends a wait at once with exit 130, and nothing more is sent', async () => {
    const { cloud, seen, drain } = await wire([])
    const sleeping = cloud.sleep(3_600_000)
    drain.abort()
    await expect(sleeping).rejects.toMatchObject({ exit: 130 })
    await expect(cloud.call('ec2', 'DescribeVpcs', {})).rejects.toMatchObject({ exit: 130 })
    expect(seen).toHaveLength(0)
  })

  test('pages are read to the last one, an empty one in between included', async () => {
    const page = (ids: string[], next: string) =>
      good(
        `<vpcSet>${ids.map(id => `<item><vpcId>${id}</vpcId></item>`).join('')}</vpcSet><nextToken>${next}</nextToken>`,
      )
    const { cloud, seen } = await wire([page(['a', 'b'], 'n'), page([], 'm'), page(['c'], '')])
    const rows = await cloud.pages('ec2', 'DescribeVpcs', {}, answer => answer.Vpcs)
    expect(rows.map(row => row.VpcId)).toEqual(['a', 'b', 'c'])
    expect(seen.map(({ body }) => new URLSearchParams(body).get('NextToken'))).toEqual([null, 'n', 'm'])
  })
  test('pages are read to the last one also where the next is told in another spelling', async () => {
    const page = (repositoryName: string, nextToken?: string) => (response: ServerResponse) =>
      void response
        .writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify({ repositories: [{ repositoryName }], nextToken }))
    const { cloud, seen } = await wire([page('a', 'n'), page('b')])
    const rows = await cloud.pages('ecr', 'DescribeRepositories', {}, answer => answer.repositories)
    expect(rows.map(row => row.repositoryName)).toEqual(['a', 'b'])
    expect(seen.map(({ body }) => JSON.parse(body).nextToken)).toEqual([undefined, 'n'])
  })

  test('a list that several read in the same tick is read once, and later again', async () => {
    const vpcs = (id: string) => good(`<vpcSet><item><vpcId>${id}</vpcId></item></vpcSet>`)
    const { cloud, seen } = await wire([vpcs('a'), vpcs('b')])
    const list = () => cloud.pages('ec2', 'DescribeVpcs', {}, answer => answer.Vpcs)
    const both = await Promise.all([list(), list()])
    expect(both.map(rows => rows.map(row => row.VpcId))).toEqual([['a'], ['a']])
    expect((await list()).map(row => row.VpcId)).toEqual(['b'])
    expect(seen).toHaveLength(2)
  })

  test('a list read while another read is running is read on its own: something may have been created meanwhile', async () => {
    const answers: (() => void)[] = []
    const late: Reply = (response, sent) =>
      void answers.push(() => good('<vpcSet><item><vpcId>a</vpcId></item></vpcSet>')(response, sent))
    const { cloud, seen } = await wire([late, late])
    const list = () => cloud.pages('ec2', 'DescribeVpcs', {}, answer => answer.Vpcs)
    const first = list()
    await expect.poll(() => answers.length).toBe(1)
    const second = list()
    await expect.poll(() => answers.length, { timeout: 10_000 }).toBe(2)
    for (const answer of answers) answer()
    await Promise.all([first, second])
    expect(seen).toHaveLength(2)
  })
})
