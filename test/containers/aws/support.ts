import { EC2, type IpPermission, type RunInstancesCommandInput } from '@aws-sdk/client-ec2'
import { IAM } from '@aws-sdk/client-iam'
import { SSM } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll } from 'vitest'
import { containerName } from '../../../src/emulator/containers/network.ts'
import { config, region, until } from '../../emulator/aws/support.ts'
import { type RealAws, serveAws } from './serve.ts'

/** What the tests of one file share: an embedded AWS with real machines, a network, a role, and the official clients. */
export interface AwsGround extends RealAws {
  ec2: EC2
  ssm: SSM
  iam: IAM
  image: string
  vpc: string
  /** Public subnets of two zones. */
  subnets: [string, string]
  /** The instance profile that lets machines speak with Systems Manager. */
  profile: string
}

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
})

/** Prepared before the tests; everything of it is removed after them, also when they failed. */
export function useAws(speed = 50): AwsGround {
  const ground = {} as AwsGround
  beforeAll(async () => {
    // The machine image is made once; the first run on a computer takes some minutes.
    Object.assign(ground, await serveAws({ speed }))
    const settings = { ...config(ground.url), maxAttempts: 8 }
    Object.assign(ground, { ec2: new EC2(settings), ssm: new SSM(settings), iam: new IAM(settings) })
    await prepare(ground)
  }, 20 * 60_000)
  afterAll(async () => await ground.close?.())
  return ground
}

async function prepare(ground: AwsGround): Promise<void> {
  const { ec2, ssm, iam } = ground
  const wait = () => new Promise(resolve => setTimeout(resolve, 200))
  ground.vpc = (await ec2.createVpc({ CidrBlock: '10.0.0.0/16' })).Vpc!.VpcId!
  const gateway = (await ec2.createInternetGateway({})).InternetGateway!.InternetGatewayId!
  const Name = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64'
  ground.image = (await ssm.getParameter({ Name })).Parameter!.Value!
  await iam.createRole({ RoleName: 'web', AssumeRolePolicyDocument: trust })
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore'
  await iam.createInstanceProfile({ InstanceProfileName: 'web' })
  await wait()
  await iam.attachRolePolicy({ RoleName: 'web', PolicyArn })
  await iam.addRoleToInstanceProfile({ InstanceProfileName: 'web', RoleName: 'web' })
  ground.profile = 'web'
  await wait()
  await ec2.attachInternetGateway({ InternetGatewayId: gateway, VpcId: ground.vpc })
  const table = (await ec2.createRouteTable({ VpcId: ground.vpc })).RouteTable!.RouteTableId!
  const made: string[] = []
  for (const [zone, cidr] of [
    ['a', '10.0.1.0/24'],
    ['c', '10.0.2.0/24'],
  ]) {
    const place = { VpcId: ground.vpc, CidrBlock: cidr, AvailabilityZone: `${region}${zone}` }
    made.push((await ec2.createSubnet(place)).Subnet!.SubnetId!)
  }
  ground.subnets = made as [string, string]
  await wait()
  await ec2.createRoute({ RouteTableId: table, DestinationCidrBlock: '0.0.0.0/0', GatewayId: gateway })
  for (const SubnetId of made) await ec2.associateRouteTable({ RouteTableId: table, SubnetId })
}

/** A security group that lets in what the rules say: ports and a CIDR or another group. */
export async function group(
  { ec2, vpc }: AwsGround,
  name: string,
  rules: { port: number; from: string }[],
): Promise<string> {
  const { GroupId } = await ec2.createSecurityGroup({ VpcId: vpc, GroupName: name, Description: name })
  await new Promise(resolve => setTimeout(resolve, 150))
  const IpPermissions = rules.map(({ port, from }) => ({
    ...{ IpProtocol: 'tcp', FromPort: port, ToPort: port },
    ...(from.startsWith('sg-') ? { UserIdGroupPairs: [{ GroupId: from }] } : { IpRanges: [{ CidrIp: from }] }),
  }))
  if (rules.length > 0) await ec2.authorizeSecurityGroupIngress({ GroupId: GroupId!, IpPermissions })
  return GroupId!
}

/** Takes every rule from a security group, as somebody in the console; and gives them back. */
export function withoutRules<T>(groupOf: (of: T) => Promise<{ ec2: EC2; GroupId: string }>) {
  let rules: IpPermission[] = []
  return {
    async make(of: T): Promise<void> {
      const { ec2, GroupId } = await groupOf(of)
      const { SecurityGroups } = await ec2.describeSecurityGroups({ GroupIds: [GroupId] })
      rules = SecurityGroups![0]!.IpPermissions!
      await ec2.revokeSecurityGroupIngress({ GroupId, IpPermissions: rules })
    },
    async mend(of: T): Promise<void> {
      const { ec2, GroupId } = await groupOf(of)
      await ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: rules })
    },
  }
}

/** Starts a machine with the role and a public address, and waits until it runs. Returns its id and private address. */
export async function machine(
  ground: AwsGround,
  groups: string[],
  more: Partial<RunInstancesCommandInput> & { subnet?: 0 | 1 } = {},
): Promise<{ id: string; address: string }> {
  const { subnet = 0, ...rest } = more
  const { Instances } = await ground.ec2.runInstances({
    ...{ ImageId: ground.image, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
    IamInstanceProfile: { Name: ground.profile },
    NetworkInterfaces: [
      { DeviceIndex: 0, SubnetId: ground.subnets[subnet], Groups: groups, AssociatePublicIpAddress: true },
    ],
    ...rest,
  })
  const id = Instances![0]!.InstanceId!
  const state = async () => {
    const { Reservations } = await ground.ec2.describeInstances({ Filters: [{ Name: 'instance-id', Values: [id] }] })
    return Reservations?.[0]?.Instances?.[0]
  }
  const found = await slowly(state, one => one?.State?.Name === 'running')
  return { id, address: found!.PrivateIpAddress! }
}

/** Runs a script through Systems Manager and waits for its end. */
export async function ssmRun({ ssm }: AwsGround, id: string, script: string, timeout = 300) {
  const online = async () =>
    (await ssm.describeInstanceInformation({})).InstanceInformationList!.some(one => one.InstanceId === id)
  await slowly(online, yes => yes)
  const { Command } = await ssm.sendCommand({
    ...{ DocumentName: 'AWS-RunShellScript', InstanceIds: [id] },
    Parameters: { commands: [script], executionTimeout: [String(timeout)] },
  })
  const place = { CommandId: Command!.CommandId!, InstanceId: id }
  const ask = async () => await ssm.getCommandInvocation(place).catch(() => undefined)
  const over = ['Success', 'Failed', 'TimedOut', 'Cancelled']
  return (await slowly(ask, answer => over.includes(answer?.Status ?? '')))!
}

/** Asks until the answer is right: real machines take real time. */
export async function slowly<T>(ask: () => Promise<T>, right: (answer: T) => boolean, seconds = 150): Promise<T> {
  const end = Date.now() + seconds * 1000
  let answer = await ask()
  while (!right(answer)) {
    if (Date.now() > end) throw new Error(`it never became right: ${JSON.stringify(answer)?.slice(0, 600)}`)
    await new Promise(resolve => setTimeout(resolve, 300))
    answer = await ask()
  }
  return answer
}

/** Runs a program in a thing's container, as only a test may. */
export async function within({ runtime, sandbox }: AwsGround, id: string, ...args: string[]): Promise<string> {
  const ran = await runtime.run(['exec', containerName(sandbox, id), ...args])
  return ran.stdout + ran.stderr
}

export { until }
