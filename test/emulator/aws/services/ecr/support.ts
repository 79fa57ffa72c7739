import { ECR } from '@aws-sdk/client-ecr'
import { everyPlace } from '../../../../../src/emulator/aws/core/places.ts'
import type { Call } from '../../../../../src/emulator/world/model.ts'
import { config, type Key, region } from '../../support.ts'
import { type Still, still } from '../ec2/support.ts'

/** The registry of the sandbox's first account. */
export const host = `500000000001.dkr.ecr.${region}.amazonaws.com`

export interface Registry extends Still {
  ecr: ECR
  /** The official client with another key. */
  as(key: Key): ECR
  /** As the operations get it. */
  call: Call
}

/** An emulated registry whose clock moves only when the test says so. */
export async function registry(): Promise<Registry> {
  const cloud = await still()
  const as = (key?: Key) => new ECR(config(cloud.url, key))
  const call = everyPlace(cloud.world).find(one => one.account === '500000000001' && one.region === region)!
  return { ...cloud, ecr: as(), as, call }
}
