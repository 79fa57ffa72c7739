import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Problem } from '../../../src/base/errors.ts'
import { packages as machinePackages } from '../../../src/commands/emulator.ts'
import { bootDatabase } from '../../../src/emulator/containers/alicloud/postgresql.ts'
import { ensureAwsImage } from '../../../src/emulator/containers/aws/image.ts'
import { bootProxy } from '../../../src/emulator/containers/aws/proxy.ts'
import { runProgram } from '../../../src/emulator/containers/command.ts'
import { inside } from '../../../src/emulator/containers/container.ts'
import { boot, type Machine, stopMachine } from '../../../src/emulator/containers/machine.ts'
import { containerName } from '../../../src/emulator/containers/network.ts'
import { freeBase } from '../../../src/emulator/containers/owners.ts'
import { capabilitiesOf, shiftsOwners } from '../../../src/emulator/containers/rights.ts'
import { findRuntime } from '../../../src/emulator/containers/runtime.ts'
import { run } from '../../support/bin.ts'
import { useGround } from './support.ts'

const ground = useGround()
let machine: Machine
let database: Machine
let balancer: Machine

function place(id: string, address: string) {
  const { sandbox, image, network } = ground
  return { sandbox, id, image, network, address, hostName: id }
}

beforeAll(async () => {
  machine = await boot(ground.runtime, place('i-one', '172.16.1.10'))
  database = await bootDatabase(ground.runtime, { ...place('pgm-one', '172.16.1.20'), port: 5432 })
  const image = await ensureAwsImage(ground.runtime, { machinePackages })
  balancer = await bootProxy(ground.runtime, { ...place('lb-one', ''), image, addresses: ['172.16.1.30'] })
}, 20 * 60_000)

/** What a line in root's shell on a machine prints, its errors too. */
async function shell({ name }: Machine, line: string): Promise<string> {
  const ran = await ground.runtime.run(['exec', name, 'bash', '-c', line])
  return ran.stdout + ran.stderr
}

async function inspect({ name }: Machine, format: string): Promise<string> {
  return (await ground.runtime.must('No such container.', ['container', 'inspect', '--format', format, name])).trim()
}

/** A file of the kernel about the first process of a container, as this computer sees it. */
async function processFile(of: Machine, file: string): Promise<string> {
  return await readFile(`/proc/${await inspect(of, '{{.State.Pid}}')}/${file}`, 'utf8')
}

async function baseOf(of: Machine): Promise<number> {
  const [inner, outer, size] = (await processFile(of, 'uid_map')).trim().split(/\s+/).map(Number)
  expect([inner, size]).toEqual([0, 65_536])
  return outer ?? 0
}

/** The names of the capabilities in a mask of /proc/PID/status. */
async function capabilities(of: Machine, mask: 'CapEff' | 'CapBnd'): Promise<string[]> {
  const bits = BigInt(`0x${new RegExp(`^${mask}:\\s*(\\w+)`, 'm').exec(await processFile(of, 'status'))![1]}`)
  return names.filter((_, bit) => (bits >> BigInt(bit)) & 1n).sort()
}

/** In the order of `linux/capability.h`. */
const names = [
  ...['CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP'],
  ...['LINUX_IMMUTABLE', 'NET_BIND_SERVICE', 'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER'],
  ...['SYS_MODULE', 'SYS_RAWIO', 'SYS_CHROOT', 'SYS_PTRACE', 'SYS_PACCT', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_NICE'],
  ...['SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'MKNOD', 'LEASE', 'AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP'],
  ...['MAC_OVERRIDE', 'MAC_ADMIN', 'SYSLOG', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ', 'PERFMON', 'BPF'],
  'CHECKPOINT_RESTORE',
]

describe('root of a machine', () => {
  it('is nobody on this computer', async () => {
    const base = await baseOf(machine)
    expect(base).toBeGreaterThanOrEqual(524_288)
    expect(await processFile(machine, 'gid_map')).toBe(await processFile(machine, 'uid_map'))
    await shell(machine, 'systemd-run --quiet --unit naps sleep 4720; touch /root/mine')
    const seen = await runProgram('ps', ['-eo', 'uid,args'])
    expect(
      seen.stdout
        .split('\n')
        .find(line => line.endsWith('sleep 4720'))
        ?.trim(),
    ).toBe(`${base} /usr/bin/sleep 4720`)
    expect((await runProgram('getent', ['passwd', String(base)])).code).toBe(2)
  })

  it('has users that no other container of this computer has', async () => {
    const all = await Promise.all([machine, database, balancer].map(baseOf))
    expect(new Set(all).size).toBe(3)
    const format = '{{index .Config.Labels "stackwright.owners"}}'
    expect(await Promise.all([machine, database, balancer].map(one => inspect(one, format)))).toEqual(all.map(String))
  })

  it('cannot mount the devices of this computer, nor make or read one', async () => {
    const device = (await runProgram('findmnt', ['--noheadings', '--output', 'MAJ:MIN', '--target', '/'])).stdout.trim()
    const [major, minor] = device.split(':')
    const told = await shell(
      machine,
      `mkdir -p /mnt/there; mount -t devtmpfs none /mnt/there && echo mounted; mknod /root/disk b ${major} ${minor} && head -c 1 /root/disk && echo read; ls -l /dev | grep ^b || echo no disks`,
    )
    expect(told).toMatch(/mount: .*permission denied/)
    expect(told).toMatch(/mknod: .*Operation not permitted/)
    expect(told).toContain('no disks')
    expect(told).not.toMatch(/mounted|read/)
  })

  it('cannot change this computer’s kernel: core_pattern, a fresh /proc, the control groups of devices', async () => {
    const before = await readFile('/proc/sys/kernel/core_pattern', 'utf8')
    const told = await shell(
      machine,
      [
        'echo "|/bin/false" >/proc/sys/kernel/core_pattern && echo written',
        'mkdir -p /mnt/proc && mount -t proc proc /mnt/proc',
        'echo "|/bin/false" >/mnt/proc/sys/kernel/core_pattern && echo written',
        'mount -o remount,rw /proc/sys; echo "|/bin/false" >/proc/sys/kernel/core_pattern && echo written',
        'mkdir -p /mnt/groups; mount -t cgroup -o devices none /mnt/groups && echo a >/mnt/groups/devices.allow && echo written',
        'mount -o remount,rw /sys/fs/cgroup/devices; echo a >/sys/fs/cgroup/devices/devices.allow && echo written',
        'echo 1 >/sys/fs/cgroup/memory/memory.limit_in_bytes && echo written; true',
      ].join('\n'),
    )
    expect(told).toMatch(/core_pattern: (Read-only file system|Permission denied)/)
    expect(told).not.toContain('written')
    expect(await readFile('/proc/sys/kernel/core_pattern', 'utf8')).toBe(before)
  })

  it('is held by ProtectSystem=strict where a unit says so, and ReadWritePaths opens what it names', async () => {
    const unit =
      'systemd-run --quiet --wait --pipe -p ProtectSystem=strict -p ReadWritePaths=/srv/open -p ProtectHome=yes'
    const told = await shell(
      machine,
      `mkdir -p /srv/open; ${unit} bash -c 'touch /usr/x; touch /etc/x; ls /root; touch /srv/open/x && echo opened' 2>&1; ls /usr/x /etc/x`,
    )
    expect(told.match(/Read-only file system/g)).toHaveLength(2)
    expect(told).toContain('opened')
    expect(told).not.toContain('mine')
  })

  it('owns its disk after a stop, under the same users', async () => {
    const base = await baseOf(machine)
    await stopMachine(ground.runtime, ground.sandbox, 'i-one')
    machine = await boot(ground.runtime, place('i-one', '172.16.1.10'))
    expect(await baseOf(machine)).toBe(base)
    expect(await shell(machine, 'stat -c %U:%G /root/mine /etc/passwd /var/lib/postgresql')).toBe(
      'root:root\nroot:root\npostgres:postgres\n',
    )
    const disk = `/proc/${await inspect(machine, '{{.State.Pid}}')}/root`
    expect((await stat(`${disk}/root/mine`)).uid).toBe(base)
  })
})

describe('a container of a sandbox', () => {
  it('is never privileged, and its processes have the named capabilities at most', async () => {
    const { rights } = ground.runtime
    for (const [one, use] of [
      [machine, 'machine'],
      [database, 'server'],
      [balancer, 'server'],
    ] as const) {
      expect(await inspect(one, '{{.HostConfig.Privileged}}')).toBe('false')
      const named = capabilitiesOf(rights, use)
      expect(named).toEqual(expect.arrayContaining(await capabilities(one, 'CapBnd')))
      expect(named).toEqual(expect.arrayContaining(await capabilities(one, 'CapEff')))
    }
    expect(await capabilities(machine, 'CapEff')).toEqual(capabilitiesOf(rights, 'machine'))
  })

  it('has limits of memory and processes', async () => {
    for (const one of [machine, database, balancer]) {
      const [memory, pids] = (await inspect(one, '{{.HostConfig.Memory}} {{.HostConfig.PidsLimit}}'))
        .split(' ')
        .map(Number)
      expect(memory).toBeGreaterThan(0)
      expect(pids).toBeGreaterThan(0)
    }
  })

  it('gives a database or load balancer no new privileges, and no hand on its own firewall', async () => {
    for (const one of [database, balancer]) {
      expect(await processFile(one, 'status')).toMatch(/^NoNewPrivs:\s*1$/m)
      expect(await capabilities(one, 'CapEff')).not.toContain('NET_ADMIN')
    }
    expect(await capabilities(database, 'CapEff')).toEqual([])
  })

  it('is not started when an earlier version made it with other rights, and the sentence says what to do', async () => {
    const name = containerName(ground.sandbox, 'i-old')
    const mark = `stackwright.sandbox=${ground.sandbox}`
    await ground.runtime.must('No container.', ['create', '--name', name, '--label', mark, ground.image, '/sbin/init'])
    const problem = (await boot(ground.runtime, place('i-old', '172.16.1.50')).catch(error => error)) as Problem
    expect(problem.why).toContain('made by an earlier version')
    expect(problem.next).toContain('sandbox purge')
  })

  it('runs nothing with more rights than its own, also what this program runs in it', async () => {
    const told = await inside(
      ground.runtime,
      machine.name,
      'It failed.',
      'grep -E "^(CapEff|Seccomp):" /proc/self/status',
    )
    const first = (await processFile(machine, 'status')).match(/^(CapEff|Seccomp):.*$/gm)!
    expect(told.trim().split('\n')).toEqual(first)
    expect(told).toMatch(/Seccomp:\s*2/)
  })
})

describe('users for a container', () => {
  it('are shared where each mapping would copy the image', () => {
    expect(shiftsOwners('6.1.0-13-amd64', '4.3.1')).toBe(true)
    expect(shiftsOwners('5.15.0-91-generic', '4.3.1')).toBe(false)
    expect(shiftsOwners('6.5.0', '3.4.4')).toBe(false)
  })

  it('are a range that nobody has, the same for the same name', () => {
    const base = freeBase('one', [])
    expect(freeBase('one', [])).toBe(base)
    const next = freeBase('one', [{ base: base + 1, size: 10 }])
    expect(next).toBe(base + 65_536)
    expect(freeBase('one', [{ base, size: 65_536 * 3 }])).toBe(base + 65_536 * 3)
  })
})

describe('a kernel without user namespaces', () => {
  let tools: string
  const env = () => ({ ...process.env, PATH: `${tools}:${process.env.PATH}` })

  beforeAll(async () => {
    tools = await mkdtemp(join(tmpdir(), 'sw-'))
    await writeFile(
      join(tools, 'unshare'),
      '#!/bin/sh\necho "unshare: unshare failed: No space left on device" >&2\nexit 1\n',
    )
    await chmod(join(tools, 'unshare'), 0o755)
  })
  afterAll(async () => await rm(tools, { recursive: true }))

  it('still boots machines, unprivileged and without SYS_ADMIN', async () => {
    const runtime = await findRuntime(env())
    expect(runtime.rights).toMatchObject({ userNamespaces: false, why: expect.stringContaining('No space left') })
    const bare = await boot(runtime, place('i-bare', '172.16.1.40'))
    expect(await inspect(bare, '{{.HostConfig.Privileged}}')).toBe('false')
    const named = await capabilities(bare, 'CapBnd')
    expect(named).toEqual(capabilitiesOf({ userNamespaces: false }, 'machine'))
    expect(named).not.toContain('SYS_ADMIN')
    expect(await shell(bare, 'ip -4 -o addr show eth0')).toContain('172.16.1.40/12')
    expect(await shell(bare, 'echo x >/proc/sys/kernel/core_pattern || echo refused')).toContain('refused')
  })

  it.each([true, false])('is told by `sandbox status`, in text and JSON (user namespaces: %s)', async there => {
    const folder = await mkdtemp(join(tmpdir(), 'sw-'))
    const place = { cwd: folder, env: there ? process.env : env() }
    try {
      const started = await run(['sandbox', 'start', '--machines', 'container'], place)
      expect(started.code, started.stderr).toBe(0)
      const { rights } = JSON.parse((await run(['sandbox', 'status', '--json'], place)).stdout)
      const capabilities = { machine: capabilitiesOf({ userNamespaces: there }, 'machine') }
      expect(rights).toMatchObject({ userNamespaces: there, capabilities })
      const text = (await run(['sandbox', 'status'], place)).stdout
      expect(text).toContain(
        there
          ? 'root of a machine is nobody on this computer'
          : 'root of a machine is root on this computer too, without user namespaces: unshare: unshare failed: No space left on device',
      )
      expect(text).toContain(capabilities.machine.join(' '))
    } finally {
      await run(['sandbox', 'purge'], place)
      await rm(folder, { recursive: true })
    }
  })
})
