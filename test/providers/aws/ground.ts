import { afterAll, beforeAll } from 'vitest'
import type { JsonObject } from '../../../src/base/json.ts'
import type { AnyKind } from '../../../src/engine/kind.ts'
import * as kinds from '../../../src/providers/aws/resources/index.ts'
import { type Bench, make, markFor, openBench } from './support.ts'

/** A network with three subnets, made before the tests of a file, and what they do with it. */
export function useNetwork() {
  const at = { bench: {} as Bench, vpc: '', gateway: '', subnets: [] as string[] }
  beforeAll(async () => {
    at.bench = await openBench()
    const { cloud } = at.bench
    at.vpc = (await make(cloud, kinds.vpc, 'network/vpc', { name: 'shop', cidr: '10.0.0.0/16' })).id
    at.gateway = (await make(cloud, kinds.internetGateway, 'network/gateway', { vpcId: at.vpc, name: 'shop' })).id
    for (const [n, zone] of ['ap-northeast-1a', 'ap-northeast-1c', 'ap-northeast-1a'].entries()) {
      const input = { vpcId: at.vpc, name: `shop-${n}`, zone, cidr: `10.0.${n}.0/24`, public: true }
      at.subnets.push((await make(cloud, kinds.subnet, `subnets/${n}`, input)).id)
    }
  })
  afterAll(() => at.bench.close?.())
  return {
    at,
    settle: (kind: AnyKind, address: string, id: string, input: JsonObject) =>
      kind.settle(at.bench.cloud, id, input, markFor(kind, address)),
    group: (name: string) =>
      make(at.bench.cloud, kinds.securityGroup, `machines/${name}`, { vpcId: at.vpc, name, description: '' }),
    async image(arch: string): Promise<string> {
      const Name = `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${arch}`
      return (await at.bench.cloud.call('ssm', 'GetParameter', { Name })).Parameter!.Value!
    },
  }
}
