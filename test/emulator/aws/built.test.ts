import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ACMClient, ListCertificatesCommand } from '@aws-sdk/client-acm'
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds'
import { ListHostedZonesCommand, Route53Client } from '@aws-sdk/client-route-53'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { expect, it } from 'vitest'
import { run } from '../../support/bin.ts'
import { emptyFolder } from '../../support/folder.ts'
import { config } from './support.ts'

it('the built command’s sandbox answers AWS calls, with the official schemas inside the bundle', async () => {
  const cwd = await emptyFolder()
  const started = await run(['sandbox', 'start', '--data', 'cloud'], { cwd })
  expect(started.code).toBe(0)
  const { url } = JSON.parse(await readFile(join(cwd, 'cloud/server.json'), 'utf8')) as { url: string }
  try {
    expect((await new EC2Client(config(url)).send(new DescribeVpcsCommand({}))).Vpcs).toEqual([])
    expect((await new RDSClient(config(url)).send(new DescribeDBInstancesCommand({}))).DBInstances).toEqual([])
    expect((await new ACMClient(config(url)).send(new ListCertificatesCommand({}))).CertificateSummaryList).toEqual([])
    expect((await new Route53Client(config(url)).send(new ListHostedZonesCommand({}))).HostedZones).toEqual([])
    expect((await new STSClient(config(url)).send(new GetCallerIdentityCommand({}))).Account).toBe('500000000001')
    expect((await run(['sandbox', 'inventory', '--data', 'cloud'], { cwd })).code).toBe(0)
  } finally {
    await run(['sandbox', 'stop', '--data', 'cloud'], { cwd })
  }
  const log = await readFile(join(cwd, 'cloud/server.log'), 'utf8')
  expect(log).not.toContain('NodeVersionSupportWarning')
})
