import { describe, expect, it } from 'vitest'
import { cycleIn, grouped, importsOf } from '../support/imports.ts'

const emulator = importsOf('src/emulator')

/**
 * The layers of the emulator, the lowest first. A file imports of its own layer and of those below. What a service
 * imports of another is checked besides: there is no circle between services.
 */
const layers: [name: string, files: RegExp][] = [
  ['base', /^src\/base\//],
  ['world', /^src\/emulator\/world\//],
  ['http', /^src\/emulator\/http\//],
  ['protocol', /^src\/emulator\/(aws|alicloud)\/protocol\//],
  ['core', /^src\/emulator\/(aws|alicloud)\/core\//],
  ['services', /^src\/emulator\/(aws|alicloud)\/services\//],
  ['cloud', /^src\/emulator\/(aws|alicloud)\/[^/]+$/],
  ['containers', /^src\/emulator\/containers\//],
  ['server', /^src\/emulator\/server\//],
  ['door', /^src\/emulator\/index\.ts$/],
]

const layerOf = (file: string) => layers.findIndex(([, files]) => files.test(file))
const cloudOf = (file: string) => /^src\/emulator\/(aws|alicloud)\//.exec(file)?.[1]

/** `a → b` for each import of the emulator that is wrong by `isWrong`. */
function found(isWrong: (from: string, to: string) => boolean): string[] {
  return [...emulator].flatMap(([from, targets]) =>
    targets.filter(to => isWrong(from, to)).map(to => `${from} → ${to}`),
  )
}

describe('the emulator’s border', () => {
  it('is read from its sources: every file has a layer, and static and dynamic imports count', () => {
    expect(emulator.size).toBeGreaterThan(150)
    expect([...emulator.keys()].filter(file => file.endsWith('.ts') && layerOf(file) < 0)).toEqual([])
    expect(emulator.get('src/emulator/index.ts')).toContain('src/emulator/server/purge.ts')
  })

  it('lets nothing of the product in but src/base/', () => {
    expect(found((_, to) => !to.startsWith('src/emulator/') && !to.startsWith('src/base/'))).toEqual([])
  })

  it('has one door: the rest of the product imports src/emulator/index.ts and nothing behind it', () => {
    const through = [...importsOf('src')].filter(([from]) => !from.startsWith('src/emulator/'))
    const behind = through.flatMap(([from, targets]) =>
      targets
        .filter(to => to.startsWith('src/emulator/') && to !== 'src/emulator/index.ts')
        .map(to => `${from} → ${to}`),
    )
    expect(behind).toEqual([])
  })

  it('keeps the clouds apart', () => {
    const apart = (from: string, to: string) =>
      cloudOf(from) !== undefined && cloudOf(to) !== undefined && cloudOf(from) !== cloudOf(to)
    expect(found(apart)).toEqual([])
  })
})

describe('the emulator’s layers', () => {
  it('have no import that points up', () => {
    const isJson = (file: string) => file.endsWith('.json')
    expect(found((from, to) => !isJson(to) && layerOf(to) > layerOf(from))).toEqual([])
  })

  it('have no circle, neither between files nor between the services of a cloud', () => {
    expect(cycleIn(emulator)).toBeUndefined()
    const serviceOf = (file: string) => /^src\/emulator\/(aws|alicloud)\/services\/\w+(?=\/)/.exec(file)?.[0]
    const services = grouped(emulator, serviceOf)
    expect(services.size).toBeGreaterThan(15)
    expect(cycleIn(services)).toBeUndefined()
  })
})
