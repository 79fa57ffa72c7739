import { afterEach, vi } from 'vitest'
import type { Sandbox, ServeOptions } from '../../../src/emulator/server/server.ts'
import { type Body, call, codeOf, type Key, type Product, sandbox } from '../support.ts'

/** An emulated cloud whose clock moves only when the test says so. */
export interface Still {
  url: string
  ask(name: `${Product}.${string}`, params?: object, key?: Key): Promise<Body>
  /** The code of the refusal, or `accepted`. */
  code(name: `${Product}.${string}`, params?: object, key?: Key): Promise<string>
  /** Lets seconds of the cloud's time pass. */
  pass(seconds: number): void
  inventory(): Body[]
  world: Sandbox['world']
}

export const region = { RegionId: 'ap-northeast-1' }
export const zoneA = 'ap-northeast-1a'
export const zoneB = 'ap-northeast-1b'
export const image = 'aliyun_3_x64_20G_alibase_20260513.vhd'
export const password = 'Sup3r-secret_Word'

/** The VSwitch's lag and state, an instance's start, a database's start: all surely over. */
export const soon = 6
export const booted = 66
export const databaseUp = 361

afterEach(() => {
  vi.useRealTimers()
})

export async function still(seed = 1, options: ServeOptions = {}): Promise<Still> {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { url, inventory, world } = await sandbox({ speed: 1, seed, ...options })
  const ask: Still['ask'] = (name, params = {}, key) => call(url, name, { ...region, ...params }, key)
  return {
    url,
    ask,
    code: (name, params, key) => codeOf(ask(name, params, key)),
    pass: seconds => void vi.setSystemTime(Date.now() + seconds * 1000),
    inventory,
    world,
  }
}

/** A VPC with two VSwitches and a security group, all ready. */
export async function network({ ask, pass }: Still) {
  const { VpcId } = await ask('vpc.CreateVpc', { CidrBlock: '172.16.0.0/12' })
  pass(soon)
  const { VSwitchId } = await ask('vpc.CreateVSwitch', { VpcId, ZoneId: zoneA, CidrBlock: '172.16.1.0/24' })
  pass(soon)
  const second = await ask('vpc.CreateVSwitch', { VpcId, ZoneId: zoneB, CidrBlock: '172.16.2.0/24' })
  const { SecurityGroupId } = await ask('ecs.CreateSecurityGroup', { VpcId, SecurityGroupName: 'web' })
  pass(soon)
  return {
    VpcId: VpcId as string,
    VSwitchId: VSwitchId as string,
    otherVSwitchId: second.VSwitchId as string,
    SecurityGroupId: SecurityGroupId as string,
  }
}

/** What a machine needs at least. */
export function order(net: { VSwitchId: string; SecurityGroupId: string }, more: object = {}): object {
  const { VSwitchId, SecurityGroupId } = net
  return { VSwitchId, SecurityGroupId, ImageId: image, InstanceType: 'ecs.u1-c1m2.large', Password: password, ...more }
}

/** A machine whose agent listens. */
export async function machine(cloud: Still, net: { VSwitchId: string; SecurityGroupId: string }): Promise<string> {
  const { InstanceIdSets } = await cloud.ask('ecs.RunInstances', order(net))
  cloud.pass(booted)
  return InstanceIdSets.InstanceIdSet[0]
}

/** What a database instance needs at least. */
export function databaseOrder(net: { VpcId: string; VSwitchId: string }, more: object = {}): object {
  return {
    Engine: 'PostgreSQL',
    EngineVersion: '16.0',
    DBInstanceClass: 'pg.n2.2c.1m',
    DBInstanceStorage: 20,
    DBInstanceNetType: 'Intranet',
    PayType: 'Postpaid',
    SecurityIPList: '127.0.0.1',
    VPCId: net.VpcId,
    VSwitchId: net.VSwitchId,
    ZoneId: zoneA,
    ...more,
  }
}
