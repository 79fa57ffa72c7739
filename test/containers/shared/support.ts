import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll } from 'vitest'
import { packages as machinePackages } from '../../../src/commands/emulator.ts'
import { ensureImage } from '../../../src/emulator/containers/image.ts'
import { ensureNetwork, type Network } from '../../../src/emulator/containers/network.ts'
import { purge } from '../../../src/emulator/containers/purge.ts'
import { findRuntime, type Runtime } from '../../../src/emulator/containers/runtime.ts'

/** What the tests of one file share: a sandbox of their own with one network. */
export interface Ground {
  sandbox: string
  runtime: Runtime
  image: string
  network: Network
}

/** Prepares it before the tests and removes everything after them, also when they failed. */
export function useGround(cidr = '172.16.0.0/12'): Ground {
  const ground = { sandbox: `test${randomBytes(4).toString('hex')}` } as Ground
  beforeAll(async () => {
    ground.runtime = await findRuntime()
    // The machine image is made once; the first run on a computer takes some minutes.
    ground.image = await ensureImage(ground.runtime, { machinePackages })
    ground.network = await ensureNetwork(ground.runtime, { sandbox: ground.sandbox, vpcId: 'vpc-test', cidr })
  }, 20 * 60_000)
  afterAll(async () => {
    if (ground.runtime) await purge(ground.runtime, ground.sandbox)
  })
  return ground
}
