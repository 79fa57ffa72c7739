import ecsSdk, { CreateSecurityGroupRequest, CreateSecurityGroupRequestTag } from '@alicloud/ecs20140526'
import { $OpenApiUtil } from '@alicloud/openapi-core'
import vpcSdk, { CreateVpcRequest, CreateVpcRequestTag } from '@alicloud/vpc20160428'
import { foreigner as onAws } from './aws.ts'

type Tags = Record<string, string>

/** Somebody else in the same account, who uses the cloud's official typed SDKs. */
export interface Foreigner {
  vpc(tags: Tags): Promise<string>
  securityGroup(vpcId: string, name: string, tags: Tags): Promise<string>
}

/** Somebody else on that cloud. */
export function foreignerOn(cloud: 'alicloud' | 'aws', url: string): Promise<Foreigner> {
  return cloud === 'aws' ? Promise.resolve(onAws(url)) : foreigner(url)
}

export async function foreigner(url: string, region = 'ap-northeast-1'): Promise<Foreigner> {
  const config = new $OpenApiUtil.Config({
    endpoint: new URL(url).host,
    protocol: 'http',
    regionId: region,
    accessKeyId: 'sandbox',
    accessKeySecret: 'sandbox',
  })
  const vpcs = new (unwrap(vpcSdk))(config)
  const machines = new (unwrap(ecsSdk))(config)
  return {
    async vpc(tags) {
      const tag = Object.entries(tags).map(([key, value]) => new CreateVpcRequestTag({ key, value }))
      const { body } = await vpcs.createVpc(
        new CreateVpcRequest({ regionId: region, cidrBlock: '10.0.0.0/8', vpcName: 'theirs', tag }),
      )
      return body!.vpcId!
    },
    async securityGroup(vpcId, securityGroupName, tags) {
      const tag = Object.entries(tags).map(([key, value]) => new CreateSecurityGroupRequestTag({ key, value }))
      const request = new CreateSecurityGroupRequest({ regionId: region, vpcId, securityGroupName, tag })
      // A VPC is not usable the moment it is made.
      for (let tries = 0; ; tries++) {
        try {
          return (await machines.createSecurityGroup(request)).body!.securityGroupId!
        } catch (error) {
          if (tries > 20) throw error
          await new Promise(resolve => setTimeout(resolve, 20))
        }
      }
    },
  }
}

/** CommonJS packages arrive with their default export one level down. */
function unwrap<T>(module: T): T {
  return (module as { default?: T }).default ?? module
}
