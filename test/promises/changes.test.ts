import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expectDone, inventoryOf, newScene, type Scene, teardownArgs, upArgs } from '../crash/killing.ts'
import { call } from '../emulator/support.ts'
import { bareEnv, eventsOf, run, start } from '../support/bin.ts'
import { startProxy } from '../support/proxy.ts'

let scene: Scene
beforeEach(async () => {
  scene = await newScene()
})
afterEach(() => scene.close())

const machines = () => scene.sandbox.inventory().filter(thing => thing.type === 'instance')
const withMachines = (count: number) => [...upArgs, '--set', `machine.count=${count}`]

describe('up again with other answers', () => {
  it('goes from two machines to three and back, and leaves the others as they are', async () => {
    expectDone(await scene.run(withMachines(2)))
    const two = machines().map(machine => machine.id)
    expectDone(await scene.run(withMachines(3)))
    const three = machines().map(machine => machine.id)
    expect(three).toHaveLength(3)
    expect(three).toEqual(expect.arrayContaining(two))
    expectDone(await scene.run(withMachines(2)))
    expect(
      machines()
        .map(machine => machine.id)
        .sort(),
    ).toEqual(two.sort())
    expectDone(await scene.run(teardownArgs))
    expect(inventoryOf(scene.sandbox)).toEqual([])
  })

  it('sets the health check and a new database password on the living things', async () => {
    expectDone(await scene.run(upArgs))
    const before = scene.sandbox
      .inventory()
      .map(thing => thing.id)
      .sort()
    const env = bareEnv({
      STACKWRIGHT_SANDBOX_URL: scene.sandbox.url,
      STACKWRIGHT_DATABASE_PASSWORD: 'An0ther-Passw0rd',
    })
    const ended = await run([...upArgs, '--set', 'health.interval=9'], { cwd: scene.cwd, env })
    expectDone(ended)
    expect(scene.sandbox.log.counts()['rds.ResetAccountPassword']).toBe(1)
    expect(
      scene.sandbox
        .inventory()
        .map(thing => thing.id)
        .sort(),
    ).toEqual(before)
  })

  it('does nothing but look when nothing has changed', async () => {
    expectDone(await scene.run(upArgs))
    const before = { ...scene.sandbox.log.counts() }
    expectDone(await scene.run(upArgs))
    const more = Object.entries(scene.sandbox.log.counts()).filter(([action, count]) => count !== before[action])
    expect(more.map(([action]) => action).filter(action => !/\.(Describe|List|Get)/.test(action))).toEqual([])
  })

  it('makes anew what somebody removed in the console', async () => {
    expectDone(await scene.run(upArgs))
    const wanted = inventoryOf(scene.sandbox)
    await call(scene.sandbox.url, 'ecs.DeleteInstance', { InstanceId: String(machines()[0]!.id), Force: 'true' })
    while (machines().length > 0) await new Promise(resolve => setTimeout(resolve, 5))
    expectDone(await scene.run(upArgs))
    expect(machines()).toHaveLength(1)
    expect(inventoryOf(scene.sandbox).filter(line => line.includes('/'))).toEqual(
      wanted.filter(line => line.includes('/')),
    )
  })
})

describe('Ctrl-C', () => {
  /** Sends one SIGINT when the first call of an action arrives; the embedded cloud answers it as usual. */
  async function interruptedAt(action: string) {
    let interrupt: () => void = () => {}
    const proxy = await startProxy(scene.sandbox.url, {
      before(call) {
        if (call.action === action) interrupt()
        if (call.action === action) interrupt = () => {}
      },
    })
    const running = start(upArgs, { cwd: scene.cwd, env: bareEnv({ STACKWRIGHT_SANDBOX_URL: proxy.url }) })
    interrupt = () => running.child.kill('SIGINT')
    const ended = await running.ended
    await proxy.close()
    return ended
  }

  /** Even where each saved thing is there, half a stack is not called a whole one. */
  async function expectUnfinished(next: string) {
    const status = await scene.run(['status', '--json'])
    expect(status.code, status.stdout).toBe(1)
    const last = eventsOf(status).at(-1)!
    expect((last.problem as { next: string }).next).toContain(next)
    expect(last).not.toHaveProperty('outputs')
  }

  it('once: what is under way is finished and saved, exit 130, status tells of it, and the next up goes on', async () => {
    for (const action of ['CreateVSwitch', 'RunCommand']) {
      const ended = await interruptedAt(action)
      expect(ended.code, ended.stdout.slice(-2000)).toBe(130)
      await expectUnfinished('stackwright up')
    }
    expectDone(await scene.run(upArgs))
    const names = inventoryOf(scene.sandbox).filter(line => line.includes('/'))
    expect(new Set(names).size).toBe(names.length)
    expectDone(await scene.run(teardownArgs))
    expect(inventoryOf(scene.sandbox)).toEqual([])
  })

  it('while it tears down: exit 130, and the next teardown ends with nothing', async () => {
    expectDone(await scene.run(upArgs))
    let interrupt: () => void = () => {}
    const proxy = await startProxy(scene.sandbox.url, {
      before(call) {
        if (call.action.startsWith('Delete')) interrupt()
      },
    })
    const running = start(teardownArgs, { cwd: scene.cwd, env: bareEnv({ STACKWRIGHT_SANDBOX_URL: proxy.url }) })
    interrupt = () => running.child.kill('SIGINT')
    expect((await running.ended).code).toBe(130)
    await proxy.close()
    await expectUnfinished('stackwright teardown')
    expectDone(await scene.run(teardownArgs))
    expect(inventoryOf(scene.sandbox)).toEqual([])
  })
})
