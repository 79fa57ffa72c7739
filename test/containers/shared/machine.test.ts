import { beforeAll, describe, expect, it } from 'vitest'
import {
  boot,
  commandResult,
  type Machine,
  type MachineSpec,
  removeMachine,
  run,
  setNames,
  startCommand,
  stopCommand,
  stopMachine,
} from '../../../src/emulator/containers/machine.ts'
import { ensureNetwork } from '../../../src/emulator/containers/network.ts'
import { listKept, purge } from '../../../src/emulator/containers/purge.ts'
import { useGround } from './support.ts'

const ground = useGround()
let one: Machine
let two: Machine

function wish(id: string, address: string): MachineSpec {
  const { sandbox, image, network } = ground
  return { sandbox, id, image, network, address, hostName: id }
}

beforeAll(async () => {
  const userData = Buffer.from('#!/bin/bash\necho "first boot of $(hostname)" >>/root/first-boot\n')
  one = await boot(ground.runtime, { ...wish('i-one', '172.16.1.10'), userData, keys: ['ssh-rsa AAAA demo'] })
  two = await boot(ground.runtime, wish('i-two', '172.16.2.10'))
})

async function sh(machine: Machine, script: string, rest: object = {}) {
  const id = `c${Math.random().toString(36).slice(2)}`
  return await run(ground.runtime, machine, { id, script, timeout: 20, ...rest })
}

describe('a machine in a container', () => {
  it('runs systemd and has the private address that the API tells, and machines reach each other by it', async () => {
    const seen = await sh(
      one,
      'systemctl is-system-running; ip -4 -o addr show eth0; ping -c 1 -W 2 172.16.2.10 >/dev/null && echo reached',
    )
    expect(seen.output).toMatch(/^(running|degraded)\n/)
    expect(seen.output).toContain('172.16.1.10/12')
    expect(seen.output).toContain('reached')
  })

  it('runs a script as its user in its folder and tells output, both streams, and exit code', async () => {
    const seen = await sh(one, '#!/bin/bash\nwhoami; pwd; echo "$HOME" >&2; exit 7', {
      user: 'www-data',
      folder: '/tmp',
    })
    expect(seen).toMatchObject({ status: 'Failed', exitCode: 7, output: 'www-data\n/tmp\n/var/www\n', dropped: 0 })
  })

  it('passes hostile text through as data', async () => {
    const hostile = `"; rm -rf / #$(id)\`id\` \\ 'x'`
    const seen = await sh(one, `#!/bin/bash\nread -r text <<'EOT'\n${hostile}\nEOT\nprintf '%s' "$text"`)
    expect(seen.output).toBe(hostile)
  })

  it('says which user or folder is missing', async () => {
    expect(await sh(one, 'true', { user: 'nobody-here' })).toMatchObject({ status: 'Failed', errorCode: 'UserInvalid' })
    expect(await sh(one, 'true', { folder: '/nowhere' })).toMatchObject({ errorCode: 'DirectoryNotExist' })
  })

  it('keeps the beginning and the end of a long output and counts the rest', async () => {
    const seen = await sh(one, 'echo begin; head -c 100000 /dev/zero | tr "\\0" x; echo end')
    expect(seen.output.length).toBe(24 * 1024)
    expect(seen.output).toMatch(/^begin\nx+end\n$/)
    expect(seen.dropped).toBe(100_000 + 10 - 24 * 1024)
  })

  it('ends everything that a command started when it takes too long and the tree is to end', async () => {
    const script = '#!/bin/bash\nsetsid sleep 4711 & sleep 4712'
    expect(await sh(one, script, { timeout: 1, tree: true })).toMatchObject({ status: 'Timeout' })
    expect((await sh(one, 'pgrep -fx "sleep 471[12]" || echo none')).output).toBe('none\n')
  })

  it('leaves what a command put in the background', async () => {
    await sh(one, '#!/bin/bash\nsleep 4713 >/dev/null 2>&1 &')
    expect((await sh(one, 'pkill -fx "sleep 4713" && echo found')).output).toBe('found\n')
  })

  it('never runs the same command twice, and its result is there for another process', async () => {
    const { runtime } = ground
    const command = { id: 't-once', script: 'echo once >>/root/once; cat /root/once', timeout: 20 }
    await Promise.all([startCommand(runtime, one, command), startCommand(runtime, one, command)])
    await commandResult(runtime, one, 't-once')
    await startCommand(runtime, one, command)
    expect(await commandResult(runtime, one, 't-once')).toMatchObject({ status: 'Success', output: 'once\n' })
  })

  it('ends a command when it is told to', async () => {
    const { runtime } = ground
    await startCommand(runtime, one, { id: 't-stop', script: 'sleep 4714', timeout: 60, tree: true })
    await stopCommand(runtime, one, 't-stop')
    expect(await commandResult(runtime, one, 't-stop')).toMatchObject({ status: 'Terminated' })
  })

  it('runs its user data at the first boot only, knows its keys and names, and keeps its disk over a stop', async () => {
    const { runtime } = ground
    await commandResult(runtime, one, 'user-data')
    await stopMachine(runtime, ground.sandbox, 'i-one')
    one = await boot(runtime, {
      ...wish('i-one', '172.16.1.10'),
      userData: Buffer.from('#!/bin/bash\necho again >>/root/first-boot\n'),
    })
    await setNames(runtime, one, { 'pgm-x.pg.rds.example': '172.16.2.10' })
    await setNames(runtime, one, { 'pgm-y.pg.rds.example': '172.16.2.10' })
    const seen = await sh(
      one,
      'cat /root/first-boot /root/.ssh/authorized_keys; getent hosts pgm-y.pg.rds.example; getent hosts pgm-x.pg.rds.example || echo forgotten',
    )
    expect(seen.output).toBe(
      'first boot of i-one\nssh-rsa AAAA demo\n172.16.2.10     pgm-y.pg.rds.example\nforgotten\n',
    )
  })
})

describe('what a sandbox leaves', () => {
  it('does not meet another sandbox with the same CIDR, and is found and removed by its id alone', async () => {
    const { runtime, image } = ground
    const other = `${ground.sandbox}b`
    try {
      const network = await ensureNetwork(runtime, { sandbox: other, vpcId: 'vpc-test', cidr: '172.16.0.0/12' })
      expect(network.block).not.toBe(ground.network.block)
      const twin = await boot(runtime, {
        sandbox: other,
        image,
        network,
        id: 'i-two',
        address: '172.16.2.10',
        hostName: 'twin',
      })
      expect((await sh(twin, 'ping -c 1 -W 1 172.16.1.10 >/dev/null || echo alone')).output).toBe('alone\n')
      expect((await listKept(runtime, other)).map(kept => kept.kind).sort()).toEqual(['container', 'network'])
      expect(await purge(runtime, other)).toHaveLength(2)
      expect(await listKept(runtime, other)).toEqual([])
    } finally {
      await purge(runtime, other)
    }
    expect((await sh(two, 'echo still here')).output).toBe('still here\n')
  })

  it('is gone after a removal, which can be repeated', async () => {
    await removeMachine(ground.runtime, ground.sandbox, 'i-two')
    await removeMachine(ground.runtime, ground.sandbox, 'i-two')
    expect((await listKept(ground.runtime, ground.sandbox)).map(kept => kept.name)).not.toContain(two.name)
  })
})
