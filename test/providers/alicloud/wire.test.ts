import * as ecs from '@alicloud/ecs20140526'
import { OpenApiUtil } from '@alicloud/openapi-core'
import { describe, expect, test } from 'vitest'
import { endpointOf, type Product } from '../../../src/providers/alicloud/endpoints.ts'
import { flatten } from '../../../src/providers/alicloud/wire.ts'

describe('parameters are flattened as the official SDK flattens them', () => {
  test('a machine with a disk and tags', () => {
    const ours = flatten({
      RegionId: 'ap-northeast-1',
      SystemDisk: { Category: 'cloud_essd', Size: 40 },
      Tag: [
        { Key: 'a', Value: 'b c*~é' },
        { Key: 'd', Value: '' },
      ],
      DeletionProtection: false,
      Amount: 1,
      KeyPairName: undefined,
      Password: null,
    })
    const request = new ecs.RunInstancesRequest({
      regionId: 'ap-northeast-1',
      systemDisk: new ecs.RunInstancesRequestSystemDisk({ category: 'cloud_essd', size: '40' }),
      tag: [
        new ecs.RunInstancesRequestTag({ key: 'a', value: 'b c*~é' }),
        new ecs.RunInstancesRequestTag({ key: 'd', value: '' }),
      ],
      deletionProtection: false,
      amount: 1,
    })
    expect(ours).toEqual(official(request))
  })

  test('a list of rules and a list of words', () => {
    const rule = { IpProtocol: 'TCP', PortRange: '22/22', SourceCidrIp: '0.0.0.0/0' }
    const request = new ecs.AuthorizeSecurityGroupRequest({
      securityGroupId: 'sg-1',
      permissions: [
        new ecs.AuthorizeSecurityGroupRequestPermissions({
          ipProtocol: 'TCP',
          portRange: '22/22',
          sourceCidrIp: '0.0.0.0/0',
        }),
      ],
    })
    expect(flatten({ SecurityGroupId: 'sg-1', Permissions: [rule] })).toEqual(official(request))
    const status = new ecs.DescribeCloudAssistantStatusRequest({ instanceId: ['i-1', 'i-2'] })
    expect(flatten({ InstanceId: ['i-1', 'i-2'] })).toEqual(official(status))
  })
})

test('each product is called where the official SDK calls it in each region', () => {
  const at = (product: Product, region: string) => endpointOf(product, region, {}).replace('https://', '')
  expect(at('vpc', 'ap-northeast-1')).toBe('vpc.ap-northeast-1.aliyuncs.com')
  expect(at('ecs', 'cn-hangzhou')).toBe('ecs-cn-hangzhou.aliyuncs.com')
  expect([at('rds', 'ap-southeast-1'), at('rds', 'eu-central-1')]).toEqual([
    'rds.aliyuncs.com',
    'rds.eu-central-1.aliyuncs.com',
  ])
  expect(at('slb', 'ap-northeast-2')).toBe('slb.ap-northeast-2.aliyuncs.com')
})

test('one address for everything, or one for a product, can be given', () => {
  const everything = { STACKWRIGHT_ALICLOUD_ENDPOINT: 'http://127.0.0.1:9/' }
  expect(endpointOf('rds', 'ap-northeast-1', everything)).toBe('http://127.0.0.1:9')
  const one = { ALIBABA_CLOUD_ENDPOINT_RDS: 'rds.example.com' }
  expect(endpointOf('rds', 'ap-northeast-1', one)).toBe('https://rds.example.com')
  expect(endpointOf('vpc', 'ap-northeast-1', one)).toBe('https://vpc.ap-northeast-1.aliyuncs.com')
})

/** The SDK leaves empty and missing values out or in by its own rules; only what is sent counts. */
function official(request: { toMap(): Record<string, unknown> }): Record<string, string> {
  return { ...OpenApiUtil.query(request.toMap()) }
}
