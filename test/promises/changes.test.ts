import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { call } from '../emulator/support.ts'
import { expectDone, newScene, type Scene } from '../support/scene.ts'
import { inventoryOf, subjectOf, subjects, teardownArgs, upArgsOf } from '../support/subjects.ts'

let scene: Scene
afterEach(() => scene.close())

const idsOf = (type?: string) =>
  scene.sandbox
    .inventory()
    .filter(thing => type === undefined || thing.type === type)
    .map(({ id }) => String(id))
    .sort()
/** Without what comes and goes with a machine. */
const otherIds = () => idsOf().filter(id => !/^(i|vol|eni)-/.test(id))

describe.each(subjects)('$blueprint, up again', subject => {
  const upArgs = upArgsOf(subject)
  beforeEach(async () => {
    scene = await newScene(subject)
  })

  it('with one machine more and back again leaves the others as they are', async () => {
    const withMachines = (count: number) => scene.run([...upArgs, '--set', `${subject.machines[0]}=${count}`])
    expectDone(await scene.run(upArgs))
    const [two, others] = [idsOf('instance'), otherIds()]
    expectDone(await withMachines(3))
    const three = idsOf('instance')
    expect(three).toHaveLength(two.length + 1)
    expect(three).toEqual(expect.arrayContaining(two))
    expectDone(await withMachines(2))
    expect(idsOf('instance')).toHaveLength(two.length)
    expect(otherIds()).toEqual(others)
    expectDone(await scene.run(teardownArgs))
    expect(inventoryOf(scene.sandbox)).toEqual(scene.before)
  })

  it('does nothing but look when nothing has changed', async () => {
    expectDone(await scene.run(upArgs))
    const before = { ...scene.sandbox.log.counts() }
    expectDone(await scene.run(upArgs))
    const more = Object.entries(scene.sandbox.log.counts()).filter(([action, count]) => count !== before[action])
    expect(more.map(([action]) => action).filter(action => !/\.(Describe|List|Get|Head)/.test(action))).toEqual([])
  })
})

describe('django, up again', () => {
  const upArgs = upArgsOf(subjectOf('django'))
  beforeEach(async () => {
    scene = await newScene(subjectOf('django'))
  })

  it('with the last machine less keeps those before it', async () => {
    const withMachines = (count: number) => scene.run([...upArgs, '--set', `machine.count=${count}`])
    expectDone(await withMachines(2))
    const two = idsOf('instance')
    expectDone(await withMachines(3))
    expectDone(await withMachines(2))
    expect(idsOf('instance')).toEqual(two)
  })

  it('sets the health check and a new database password on the living resources', async () => {
    expectDone(await scene.run(upArgs))
    const before = idsOf()
    const env = { STACKWRIGHT_DATABASE_PASSWORD: 'An0ther-Passw0rd' }
    expectDone(await scene.run([...upArgs, '--set', 'health.interval=9'], env))
    expect(scene.sandbox.log.counts()['rds.ResetAccountPassword']).toBe(1)
    expect(idsOf()).toEqual(before)
  })

  it('creates again what somebody deleted in the console', async () => {
    const ours = () => inventoryOf(scene.sandbox).filter(line => line.includes('/'))
    expectDone(await scene.run(upArgs))
    const wanted = ours()
    const [deleted, other] = idsOf('instance')
    await call(scene.sandbox.url, 'ecs.DeleteInstance', { InstanceId: deleted!, Force: 'true' })
    while (idsOf('instance').includes(deleted!)) await new Promise(resolve => setTimeout(resolve, 5))
    expectDone(await scene.run(upArgs))
    expect(idsOf('instance')).toHaveLength(2)
    expect(idsOf('instance')).toContain(other)
    expect(ours()).toEqual(wanted)
  })
})
