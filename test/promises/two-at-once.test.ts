import { mkdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bareEnv, start } from '../support/bin.ts'
import { startProxy } from '../support/proxy.ts'
import { expectDone, newScene, type Scene } from '../support/scene.ts'
import { inventoryOf, subjectOf, teardownArgs, upArgsOf } from '../support/subjects.ts'

const subject = subjectOf('django')
const upArgs = upArgsOf(subject)
let scene: Scene
beforeEach(async () => {
  scene = await newScene(subject)
})
afterEach(() => scene.close())

describe('two runs on one stack', () => {
  it('one works, the other exits 3 and names the holder; then there is one of each', async () => {
    // The first is held at its first creating call for as long as the second takes.
    let letGo: () => void = () => {}
    const held = new Promise<void>(resolve => (letGo = resolve))
    let arrived: () => void = () => {}
    const atWork = new Promise<void>(resolve => (arrived = resolve))
    const proxy = await startProxy(scene.sandbox.url, {
      before(call) {
        if (!call.action.startsWith('Create')) return
        arrived()
        return held
      },
    })
    const first = start(upArgs, { cwd: scene.cwd, env: bareEnv({ STACKWRIGHT_SANDBOX_URL: proxy.url }) })
    await atWork
    const second = await scene.run(upArgs)
    expect(second.code).toBe(3)
    expect(second.stdout).toContain(`process ${first.child.pid}`)
    letGo()
    expectDone(await first.ended)
    await proxy.close()
    const names = inventoryOf(scene.sandbox).filter(line => line.includes('/'))
    expect(new Set(names).size).toBe(names.length)
    expectDone(await scene.run(teardownArgs))
  })

  it('the lock of a run that was killed is taken over', async () => {
    const killed = await scene.runKilled(upArgs, 40, 'before')
    expect(killed.signal).toBe('SIGKILL')
    expectDone(await scene.run(upArgs))
  })

  it('a holder on another host is named, and unlock lets go of it when it is told to', async () => {
    expectDone(await scene.run(upArgs))
    const now = new Date().toISOString()
    const stranger = {
      id: 'x',
      user: 'kim',
      host: `not-${hostname()}`,
      pid: 77,
      command: 'stackwright up',
      since: now,
      renewed: now,
    }
    mkdirSync(join(scene.cwd, '.stackwright', 'shop'), { recursive: true })
    writeFileSync(join(scene.cwd, '.stackwright', 'shop', 'lock'), JSON.stringify(stranger))
    const refused = await scene.run(upArgs)
    expect(refused.code).toBe(3)
    expect(refused.stdout).toContain(`kim@not-${hostname()}`)
    expectDone(await scene.run(['unlock', '--stack', 'shop', '--force']))
    expectDone(await scene.run(upArgs))
  })
})
