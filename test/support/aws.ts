import {
  CreateSecurityGroupCommand,
  CreateVpcCommand,
  DescribeVpcsCommand,
  EC2Client,
  type ResourceType,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2'
import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53'

// The official clients tell every process on Node 20 to update.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'

/** What an official client needs to speak to the embedded cloud as somebody else with the same account's keys. */
export const asPerson = (url: string) => ({
  endpoint: url,
  region: 'ap-northeast-1',
  credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
})

type Tags = Record<string, string>

/** Somebody else in the same account. */
export function foreigner(url: string) {
  const client = new EC2Client(asPerson(url))
  return {
    async stop(instanceId: string): Promise<void> {
      await client.send(new StopInstancesCommand({ InstanceIds: [instanceId] }))
    },
    async vpc(tags: Tags): Promise<string> {
      const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16', ...tagged('vpc', tags) }))
      return Vpc!.VpcId!
    },
    async securityGroup(vpcId: string, name: string, tags: Tags): Promise<string> {
      // A VPC is not known everywhere the moment it is made.
      for (let tries = 0; ; tries++) {
        try {
          await client.send(new DescribeVpcsCommand({ VpcIds: [vpcId] }))
          const place = { VpcId: vpcId, GroupName: name, Description: 'theirs' }
          const input = { ...place, ...tagged('security-group', tags) }
          return (await client.send(new CreateSecurityGroupCommand(input))).GroupId!
        } catch (error) {
          if (tries > 50) throw error
          await new Promise(resolve => setTimeout(resolve, 20))
        }
      }
    },
  }
}

function tagged(ResourceType: ResourceType, tags: Tags) {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  return Tags.length > 0 ? { TagSpecifications: [{ ResourceType, Tags }] } : {}
}

/** A hosted zone that the account has had before. */
export async function zoneFor(url: string, name: string): Promise<void> {
  const client = new Route53Client(asPerson(url))
  await client.send(new CreateHostedZoneCommand({ Name: name, CallerReference: 'years ago' }))
  client.destroy()
}
