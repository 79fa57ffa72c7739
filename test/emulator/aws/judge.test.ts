import { expect, it } from 'vitest'
import { packageFile } from '../../../src/base/files.ts'
import { output, python } from './python.ts'
import { sandbox } from './support.ts'

it('another client, of another language and maker of code, makes and reads the same things', async () => {
  const { url, log } = await sandbox()
  const boto3 = await python('boto3==1.43.67')
  const found = JSON.parse(await output(boto3, [packageFile('test/emulator/aws/judge.py'), url]))
  expect(found).toMatchObject({
    account: '500000000001',
    vpc: { CidrBlock: '10.0.0.0/16', State: 'available', Tags: [{ Key: 'Name', Value: 'A & B <"c"> é' }] },
    subnets: ['10.0.0.0/24', '10.0.1.0/24'],
    group: { GroupName: 'web', IpPermissions: [{ FromPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }] },
    role: { Path: '/', Tags: [{ Key: 'a', Value: 'b' }], AssumeRolePolicyDocument: { Version: '2012-10-17' } },
    parameter: { Name: '/shop/password', Type: 'SecureString', Value: 's3cret & more', Version: 1 },
    image: expect.stringMatching(/^ami-/),
    'group of databases': { DBSubnetGroupName: 'shop', SubnetGroupStatus: 'Complete' },
    engine: { Engine: 'mysql', EngineVersion: expect.stringMatching(/^8\.4/) },
    targets: { HealthCheckPath: '/up', Matcher: { HttpCode: '200' } },
    groups: [],
    certificate: { DomainName: 'shop.example.com', Status: 'PENDING_VALIDATION' },
    zone: { Name: 'example.com.', CallerReference: 'one' },
    records: ['example.com.', 'example.com.', '\\052.example.com.'],
  })
  // The codes that its own users match on.
  expect(found).toMatchObject({
    twice: 'InvalidPermission.Duplicate',
    dry: 'DryRunOperation',
    'in use': 'DependencyViolation',
    nothing: 'InvalidVpcID.NotFound',
    needed: 'MissingParameter',
    'wrong key': 'AuthFailure',
    'role twice': 'EntityAlreadyExists',
    'no role': 'NoSuchEntity',
    'no parameter': 'ParameterNotFound',
    'no database': 'DBInstanceNotFound',
    'no balancer': 'LoadBalancerNotFound',
    'no zone': 'NoSuchHostedZone',
    full: 'BucketNotEmpty',
    'no bucket': '404',
    'no key': 'NoSuchBucket',
  })
  expect(found).toMatchObject({
    object: ['text/plain', true],
    large: 9_000_000,
    keys: ['a b/ü+&<é>.txt', 'large'],
    signed: 6000,
    put: 200,
    forged: 403,
    anonymous: 403,
    versions: 4,
    emptied: 'accepted',
  })
  expect(log.defects()).toEqual([])
}, 120_000)
