import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { machineKeyMarker } from '../../../src/providers/alicloud/machine-key.ts'
import { type Body, call, sandbox } from '../../emulator/support.ts'
import { bareEnv, eventsOf, run } from '../../support/bin.ts'
import { emptyFolder } from '../../support/folder.ts'

describe('a stack that is built and does not serve', () => {
  it('up names the load balancer whose machines somebody took out', async () => {
    const { url } = await sandbox({ machineKeyMarker })
    const cwd = await emptyFolder()
    const up = async () => {
      const ended = await run(['up', '--sandbox', '--stack', 'shop', '--yes', '--json'], {
        ...{ cwd, env: bareEnv({ STACKWRIGHT_SANDBOX_URL: url }) },
      })
      return eventsOf(ended).at(-1) as Body
    }
    expect(await up()).toMatchObject({ is: 'done' })
    const { entries } = JSON.parse(await readFile(join(cwd, '.stackwright/shop/state.json'), 'utf8'))
    const group = Object.values<Body>(entries).find(entry => entry.type === 'alicloud:server-group')
    const inGroup = { RegionId: 'ap-northeast-1', VServerGroupId: group.id }
    const { BackendServers } = await call(url, 'slb.DescribeVServerGroupAttribute', inGroup)
    const servers = BackendServers.BackendServer.map(({ ServerId, Port }: Body) => ({ ServerId, Port: String(Port) }))
    const out = { ...inGroup, BackendServers: JSON.stringify(servers) }
    await call(url, 'slb.RemoveVServerGroupBackendServers', out)
    const told = await up()
    expect(told).toMatchObject({ is: 'failed', exit: 1 })
    expect(told.problem.what).toContain('breaks: load balancer, no machine is registered with it')
    expect(told.problem.list).toEqual(['its server group has no machines'])
    expect(told.problem.next).toContain('register the machines with it again')
  })
})
