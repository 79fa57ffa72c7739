import {
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateLaunchTemplateCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import type { Sandbox } from '../../../src/emulator/server/server.ts'
import { config, until } from './support.ts'

/** Until a refusal for being too fresh is over. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  let answer: T | undefined
  await until(
    async () => {
      try {
        answer = await ask()
        return ''
      } catch (error) {
        if (/NotFound$/.test((error as Error).name)) return 'wait'
        throw error
      }
    },
    word => word === '',
  )
  return answer as T
}

/** A VPC with an internet gateway, two subnets in two zones, and two groups: the front's and the machines'. */
export async function ground(url: string) {
  const ec2 = new EC2Client(config(url))
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))
  const vpcId = Vpc!.VpcId!
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}))
  const gateway = { InternetGatewayId: InternetGateway!.InternetGatewayId!, VpcId: vpcId }
  await patiently(() => ec2.send(new AttachInternetGatewayCommand(gateway)))
  const subnets = await Promise.all(
    ['a', 'c'].map(async (letter, index) => {
      const place = { CidrBlock: `10.0.${index}.0/24`, AvailabilityZone: `ap-northeast-1${letter}` }
      const made = await patiently(() => ec2.send(new CreateSubnetCommand({ VpcId: vpcId, ...place })))
      return made.Subnet!.SubnetId!
    }),
  )
  const group = async (name: string) => {
    const words = { GroupName: name, Description: name, VpcId: vpcId }
    return (await patiently(() => ec2.send(new CreateSecurityGroupCommand(words)))).GroupId!
  }
  const front = await group('front')
  const machines = await group('machines')
  const open = (GroupId: string, port: number, from: object) => {
    const rule = { IpProtocol: 'tcp', FromPort: port, ToPort: port, ...from }
    return patiently(() => ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [rule] })))
  }
  await open(front, 80, { IpRanges: [{ CidrIp: '0.0.0.0/0' }] })
  return { ec2, vpcId, subnets, front, machines, open, url }
}

export type Ground = Awaited<ReturnType<typeof ground>>

/** A launch template of the smallest ARM machine; answers its id. */
export async function template({ ec2, machines, url }: Ground, name = 'web'): Promise<string> {
  const ssm = new SSMClient(config(url))
  const Name = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64'
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name }))
  const data = { ImageId: Parameter!.Value!, InstanceType: 't4g.micro' as const, SecurityGroupIds: [machines] }
  const made = await ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: name, LaunchTemplateData: data }))
  return made.LaunchTemplate!.LaunchTemplateId!
}

/** Makes the sandbox's clock as slow as ours, so that what it is asked now does not change under the question. */
export function slow({ world }: Sandbox): void {
  world.speed = 1
}

/** Moves the emulator's clock on by so much and lets it go as slowly as ours, so that a state stays to be seen. */
export function travel({ world }: Sandbox, seconds: number): void {
  world.skip(seconds * 1000)
  world.speed = 1
}
