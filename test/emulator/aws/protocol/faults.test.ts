import { CreateVpcCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds'
import { ListHostedZonesCommand, Route53Client } from '@aws-sdk/client-route-53'
import { HeadBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import { DescribeParametersCommand, SSMClient } from '@aws-sdk/client-ssm'
import { describe, expect, it } from 'vitest'
import { codeOf, config, sandbox } from '../support.ts'

describe('faults', () => {
  it.each([
    ['ec2', 'RequestLimitExceeded', (url: string) => new EC2Client(config(url)).send(new DescribeVpcsCommand({}))],
    ['rds', 'Throttling', (url: string) => new RDSClient(config(url)).send(new DescribeDBInstancesCommand({}))],
    ['ssm', 'ThrottlingException', (url: string) => new SSMClient(config(url)).send(new DescribeParametersCommand({}))],
    ['route53', 'Throttling', (url: string) => new Route53Client(config(url)).send(new ListHostedZonesCommand({}))],
    ['s3', 'SlowDown', (url: string) => new S3Client(config(url)).send(new ListBucketsCommand({}))],
  ])('throttle %s as it does: %s', async (_, code, ask) => {
    const { url, log } = await sandbox({ faults: 'throttle=1' })
    expect(await codeOf(ask(url))).toBe(code)
    expect(log.last()).toMatchObject([{ mutating: false, code }])
  })

  it('the official client tells a throttle from its other errors, and tries again by itself', async () => {
    const { url, log } = await sandbox({ faults: 'throttle=0.5,seed=3' })
    const client = new EC2Client({ ...config(url), maxAttempts: 8 })
    const { $metadata } = await client.send(new DescribeVpcsCommand({}))
    expect($metadata.httpStatusCode).toBe(200)
    expect(log.last().length).toBe($metadata.attempts)
  })

  it('may lose the answer of a call that was carried out', async () => {
    const { url, log, inventory } = await sandbox({ faults: 'error=0.5,reset=0.5,seed=4' })
    const client = new EC2Client(config(url))
    for (let calls = 0; calls < 20; calls++)
      await codeOf(client.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' })))
    const codes = new Set(log.last().map(call => call.code))
    expect(log.last()).toHaveLength(20)
    expect([...codes].sort()).toEqual(expect.arrayContaining(['html', 'reset']))
    const vpcs = inventory().filter(resource => resource.type === 'vpc')
    expect(vpcs.length).toBeGreaterThan(0)
    // Five fit into an account; the refusals of the sixth and later are lost as well.
    expect(vpcs.length).toBeLessThanOrEqual(5)
  })

  it('of a HEAD come without a body', async () => {
    const { url } = await sandbox({ faults: 'error=1' })
    const client = new S3Client(config(url))
    const error = await client.send(new HeadBucketCommand({ Bucket: 'b' })).catch(error => error)
    expect(error.$metadata?.httpStatusCode ?? 0).toBeGreaterThanOrEqual(500)
  })

  it('are the same for the same seed', async () => {
    const run = async () => {
      const { url, log } = await sandbox({ faults: 'throttle=0.3,error=0.3,seed=9' })
      const client = new EC2Client(config(url))
      for (let calls = 0; calls < 10; calls++) await codeOf(client.send(new DescribeVpcsCommand({})))
      return log.last().map(call => call.code)
    }
    expect(await run()).toEqual(await run())
  })
})
