import { appendFileSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { call, folder, sandbox } from '../support.ts'

const region = { RegionId: 'ap-northeast-1' }

describe('a sandbox that is started again', () => {
  it('has its resources, with their tags, and goes on in time', async () => {
    const data = folder()
    const first = await sandbox({ data })
    const { VpcId } = await call(first.url, 'vpc.CreateVpc', { ...region, 'Tag.1.Key': 'a', 'Tag.1.Value': 'é"\n' })
    const before = first.world.now()
    await first.close()
    const second = await sandbox({ data })
    expect(second.inventory()).toMatchObject([{ cloud: 'alicloud', type: 'vpc', id: VpcId, tags: { a: 'é"\n' } }])
    expect(second.world.now()).toBeGreaterThanOrEqual(before)
    expect(second.world.date(0)).toBe(first.world.date(0))
  })

  it('never goes back in time, even at a lower speed', async () => {
    const data = folder()
    const first = await sandbox({ data, speed: 100_000 })
    await call(first.url, 'vpc.CreateVpc', region)
    const before = first.world.now()
    await first.close()
    expect((await sandbox({ data, speed: 1 })).world.now()).toBeGreaterThanOrEqual(before)
  })

  it('makes other ids than before', async () => {
    const data = folder()
    const first = await sandbox({ data, seed: 1 })
    const { VpcId } = await call(first.url, 'vpc.CreateVpc', region)
    await first.close()
    const second = await sandbox({ data, seed: 1 })
    expect((await call(second.url, 'vpc.CreateVpc', region)).VpcId).not.toBe(VpcId)
  })

  it('keeps what was answered when it was killed: nothing waits in memory, and a torn last line is a call never answered', async () => {
    const first = await sandbox({ data: folder(), seed: 5 })
    const killed = folder()
    const running = await sandbox({ data: killed })
    const { VpcId } = await call(running.url, 'vpc.CreateVpc', region)
    const rescued = folder()
    mkdirSync(rescued, { recursive: true })
    copyFileSync(join(killed, 'world.jsonl'), join(rescued, 'world.jsonl'))
    appendFileSync(join(rescued, 'world.jsonl'), '{"clock":{"cloud":1,"re')
    const again = await sandbox({ data: rescued })
    expect(again.inventory().map(resource => resource.id)).toEqual([VpcId])
    expect(first.inventory()).toEqual([])
  })

  it('refuses data of a newer version, and files that are not its own', async () => {
    const newer = folder()
    writeFileSync(join(newer, 'world.jsonl'), '{"version":2,"began":1}\n')
    await expect(sandbox({ data: newer })).rejects.toThrow('newer version')
    const foreign = folder()
    writeFileSync(join(foreign, 'world.jsonl'), 'hello\n')
    await expect(sandbox({ data: foreign })).rejects.toThrow('not the data of a sandbox')
    expect(readFileSync(join(foreign, 'world.jsonl'), 'utf8')).toBe('hello\n')
  })

  it('is refused while another one serves the same folder, and does not disturb it', async () => {
    const data = folder()
    const first = await sandbox({ data })
    await expect(sandbox({ data })).rejects.toThrow('Another sandbox')
    expect((await call(first.url, 'sts.GetCallerIdentity')).AccountId).toBe('5000000000000001')
  })
})
