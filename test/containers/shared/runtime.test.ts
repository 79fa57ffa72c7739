import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Problem } from '../../../src/base/errors.ts'
import { hostRuleLines } from '../../../src/emulator/containers/alicloud/postgresql.ts'
import { firewallText } from '../../../src/emulator/containers/firewall.ts'
import { sandboxId } from '../../../src/emulator/containers/id.ts'
import { ensureNetwork } from '../../../src/emulator/containers/network.ts'
import { purge } from '../../../src/emulator/containers/purge.ts'
import { findRuntime } from '../../../src/emulator/containers/runtime.ts'

describe('the container runtime', () => {
  it('is named as missing before anything is made', async () => {
    const problem = (await findRuntime({ PATH: '/nonexistent' }).catch(error => error)) as Problem
    expect(problem).toMatchObject({ exit: 4, list: ['Podman: it is not installed.'] })
    expect(problem.next).toContain('Podman')
  })

  it("gives two sandboxes blocks of their own, outside of the VPC's CIDR, and purges one by its data folder alone", async () => {
    const runtime = await findRuntime()
    const data = await mkdtemp(join(tmpdir(), 'sw-'))
    const other = `test${randomBytes(4).toString('hex')}`
    const wish = { vpcId: 'vpc-same', cidr: '10.0.0.0/8' }
    try {
      const one = await ensureNetwork(runtime, { sandbox: sandboxId(data), ...wish })
      const two = await ensureNetwork(runtime, { sandbox: other, ...wish })
      expect(one.block).toMatch(/^192\.168\./)
      expect(two.block).not.toBe(one.block)
      expect(await ensureNetwork(runtime, { sandbox: other, ...wish })).toEqual(two)
      expect(await purge(runtime, sandboxId(data))).toMatchObject([{ kind: 'network', name: one.name }])
      expect(await ensureNetwork(runtime, { sandbox: other, ...wish })).toEqual(two)
    } finally {
      await runtime.run(['network', 'rm', '--force', `stackwright-${other}-vpc-same`])
      await rm(data, { recursive: true })
    }
  })
})

describe('rules that come from people', () => {
  it('never carry text of an address that is none into pg_hba.conf or nft', () => {
    const hostile = '10.0.0.1/32 trust\nhost all all 0.0.0.0/0 trust'
    expect(hostRuleLines([hostile, '127.0.0.1', '10.1.0.0/16'])).toEqual([
      'local all postgres peer',
      'host all all 10.1.0.0/16 scram-sha-256',
    ])
    const network = { name: 'n', block: '10.200.1.0/24', gateway: '10.200.1.1', cidr: '172.16.0.0/12' }
    const rule = { protocol: 'TCP', ports: '80/80', from: '0.0.0.0/0 accept; flush ruleset', accept: true, priority: 1 }
    const ports = { ...rule, from: '0.0.0.0/0', ports: '80; accept/90' }
    const text = firewallText({ network, rules: [rule, ports], peers: [hostile], internet: true })
    expect(text).not.toMatch(/flush|trust|; accept/)
    expect(text.match(/accept$/gm)).toHaveLength(2)
  })
})
