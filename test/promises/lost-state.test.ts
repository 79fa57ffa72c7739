import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expectDone, newScene, type Scene, upArgs } from '../crash/killing.ts'
import { eventsOf } from '../support/bin.ts'
import { foreigner } from '../support/foreigner.ts'

let scene: Scene
beforeEach(async () => {
  scene = await newScene()
})
afterEach(() => scene.close())

const region = 'ap-northeast-1'
const fromTags = [
  'teardown',
  '--from-tags',
  '--sandbox',
  '--yes',
  '--json',
  '--stack',
  'shop',
  '--cloud',
  'alicloud',
  '--region',
  region,
]
const loseState = () => rmSync(join(scene.cwd, '.stackwright'), { recursive: true })
const ids = () => scene.sandbox.inventory().map(thing => String(thing.id))

describe('with the state folder gone', () => {
  it('teardown --from-tags empties the cloud and touches nothing foreign', async () => {
    const others = await foreigner(scene.sandbox.url)
    const vpc = await others.vpc({ team: 'billing' })
    const group = await others.securityGroup(vpc, {})
    const before = ids()
    expectDone(await scene.run(upArgs))
    const ourVpc = scene.sandbox.inventory().find(thing => thing.type === 'vpc' && thing.id !== vpc)!
    // Somebody copied all tags of our VPC onto things of another type, and the stack's name onto a VPC.
    const copied = await others.securityGroup(vpc, ourVpc.tags as Record<string, string>)
    const named = await others.vpc({ 'stackwright:stack': 'shop' })
    loseState()

    const ended = await scene.run(fromTags)

    expect(ids().sort()).toEqual([...before, copied, named].sort())
    expect(ids()).toContain(group)
    expect(ended.stdout + ended.stderr, 'what looks like ours and is not is named').toContain(copied)
    expect(eventsOf(ended)[0], 'the blueprint is told').toMatchObject({ is: 'stack', blueprint: 'django' })
  })

  it('up refuses to build a second stack of the same name beside the first, and creates nothing', async () => {
    expectDone(await scene.run(upArgs))
    const before = ids().sort()
    loseState()
    const ended = await scene.run(upArgs)
    expect(ended.code).toBe(4)
    expect(ended.stdout + ended.stderr).toContain('--from-tags')
    expect(ids().sort()).toEqual(before)
  })

  it('teardown --from-tags can be killed and run again', async () => {
    expectDone(await scene.run(upArgs))
    loseState()
    for (let nth = 12; ids().length > 0; nth += 7) {
      const ended = await scene.runKilled(fromTags, nth, 'after')
      if (ended.signal !== 'SIGKILL') expectDone(ended)
    }
    expect(ids()).toEqual([])
  })

  it('teardown --from-tags of what never was names no blueprint, and says that there is nothing', async () => {
    const ended = await scene.run(fromTags.filter(arg => arg !== '--json'))
    expect(ended.code).toBe(0)
    expect(ended.stderr).toContain('Stack shop, looked up by its tags, on Alibaba Cloud')
    expect(ended.stderr).toContain('No resource in ap-northeast-1 carries the tags of a stack "shop"')
    expect(ended.stderr).not.toMatch(/unknown|undefined/)
  })

  it('teardown without --from-tags says that there is no state, and how to go on', async () => {
    expectDone(await scene.run(upArgs))
    loseState()
    const ended = await scene.run(['teardown', '--sandbox', '--yes', '--stack', 'shop'])
    expect(ended.code).toBe(2)
    expect(ended.stderr).toContain('--from-tags')
  })
})
