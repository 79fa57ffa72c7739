import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventsOf } from '../support/bin.ts'
import { foreignerOn } from '../support/foreigner.ts'
import { expectDone, newScene, type Scene } from '../support/scene.ts'
import { inventoryOf, type Subject, subjectOf, subjects, upArgsOf } from '../support/subjects.ts'

let scene: Scene
afterEach(() => scene.close())

const loseState = () => rmSync(join(scene.cwd, '.stackwright'), { recursive: true })
const ids = () =>
  scene.sandbox
    .inventory()
    .map(thing => String(thing.id))
    .sort()
const tagOf = (tags: unknown, key: string) => (tags as Record<string, string>)[key]
const fromTagsOf = ({ cloud }: Subject) => [
  ...['teardown', '--from-tags', '--sandbox', '--yes', '--json', '--stack', 'shop'],
  ...['--cloud', cloud, '--region', 'ap-northeast-1'],
]

describe.each(subjects)('$blueprint, with the state folder gone', subject => {
  const upArgs = upArgsOf(subject)
  const fromTags = fromTagsOf(subject)
  beforeEach(async () => {
    scene = await newScene(subject)
  })

  it('teardown --from-tags empties the cloud and touches nothing foreign', async () => {
    const others = await foreignerOn(subject.cloud, scene.sandbox.url)
    const vpc = await others.vpc({ team: 'billing' })
    const group = await others.securityGroup(vpc, 'theirs', {})
    const before = ids()
    expectDone(await scene.run(upArgs))
    const tagged = scene.sandbox.inventory().filter(({ tags }) => tagOf(tags, 'stackwright:stack') === 'shop')
    expect(new Set(tagged.map(({ tags }) => tagOf(tags, 'stackwright:blueprint')))).toEqual(
      new Set([subject.blueprint]),
    )
    const ours = scene.sandbox.inventory().find(({ type, id }) => type === 'vpc' && id !== vpc)!
    // Somebody copied all tags of our VPC onto something of another type, and the stack's name onto a VPC.
    const copied = await others.securityGroup(vpc, 'copied', ours.tags as Record<string, string>)
    const named = await others.vpc({ 'stackwright:stack': 'shop' })
    loseState()
    const ended = await scene.run(fromTags)
    expect(ids(), ended.stdout.slice(-3000)).toEqual([...before, copied, named].sort())
    expect(ids()).toContain(group)
    expect(ended.stdout + ended.stderr, 'what looks like ours and is not is named').toContain(copied)
    const { blueprint } = subject
    expect(eventsOf(ended)[0], 'the blueprint is named').toMatchObject({ is: 'stack', blueprint })
  })

  it('up refuses to build a second stack of the same name beside the first, and creates nothing', async () => {
    expectDone(await scene.run(upArgs))
    const before = ids()
    loseState()
    const ended = await scene.run(upArgs)
    expect(ended.code, ended.stdout.slice(-2000)).toBe(4)
    expect(ended.stdout + ended.stderr).toContain('--from-tags')
    expect(ids()).toEqual(before)
  })

  it('teardown --from-tags can be killed and run again', async () => {
    expectDone(await scene.run(upArgs))
    loseState()
    for (let nth = 12; nth < 500 && ids().length > scene.before.length; nth += 13) {
      const ended = await scene.runKilled(fromTags, nth, 'after')
      if (ended.signal !== 'SIGKILL') expectDone(ended)
      // The killed one may have been killed before it said anything.
      const [first = {}] = eventsOf(ended)
      expect([undefined, subject.blueprint], 'of a half, the blueprint is named or not, never wrongly').toContain(
        first.blueprint,
      )
    }
    expect(inventoryOf(scene.sandbox)).toEqual(scene.before)
  })
})

describe('without a state', () => {
  const subject = subjectOf('django')
  beforeEach(async () => {
    scene = await newScene(subject)
  })

  it('teardown --from-tags of what never was names no blueprint, and says that there is nothing', async () => {
    const ended = await scene.run(fromTagsOf(subject).filter(arg => arg !== '--json'))
    expect(ended.code).toBe(0)
    expect(ended.stderr).toContain('Stack shop, looked up by its tags, on the embedded Alibaba Cloud')
    expect(ended.stderr).toContain('No resource in ap-northeast-1 carries the tags of a stack "shop"')
    expect(ended.stderr).not.toMatch(/unknown|undefined/)
  })

  it('teardown without --from-tags says that there is no state, and how to go on', async () => {
    expectDone(await scene.run(upArgsOf(subject)))
    loseState()
    const ended = await scene.run(['teardown', '--sandbox', '--yes', '--stack', 'shop'])
    expect(ended.code).toBe(2)
    expect(ended.stderr).toContain('--from-tags')
  })
})
