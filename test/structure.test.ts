import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { blueprints } from '../src/blueprints/index.ts'
import { cycleIn, importsOf } from './support/imports.ts'

const product = importsOf('src')

/** `a → b` for each import that is wrong. */
function found(isWrong: (from: string, to: string) => boolean): string[] {
  return [...product].flatMap(([from, targets]) => targets.filter(to => isWrong(from, to)).map(to => `${from} → ${to}`))
}

const within = (folder: string) => (file: string) => file.startsWith(`src/${folder}/`)

describe('the house', () => {
  it('is read from its sources', () => {
    expect(product.size).toBeGreaterThan(400)
    expect(product.get('src/blueprints/index.ts')).toContain('src/blueprints/django/blueprint.ts')
  })

  it('has no circle', () => {
    expect(cycleIn(product)).toBeUndefined()
  })

  it('keeps clouds from knowing blueprints, commands and screens', () => {
    const above = ['blueprints', 'commands', 'view', 'wizard', 'emulator'].map(within)
    expect(found((from, to) => within('providers')(from) && above.some(folder => folder(to)))).toEqual([])
  })

  it('keeps clouds apart', () => {
    const cloudOf = (file: string) => /^src\/providers\/(\w+)\//.exec(file)?.[1]
    const apart = (from: string, to: string) => Boolean(cloudOf(from) && cloudOf(to) && cloudOf(from) !== cloudOf(to))
    expect(found(apart)).toEqual([])
  })

  it('keeps blueprints apart', () => {
    const folderOf = (file: string) => /^src\/blueprints\/([\w-]+)\//.exec(file)?.[1]
    const apart = (from: string, to: string) =>
      Boolean(folderOf(from) && folderOf(to) && folderOf(from) !== folderOf(to))
    expect(found(apart)).toEqual([])
  })

  it('keeps the engine, the answers and the steps from knowing any cloud', () => {
    const below = ['base', 'engine', 'answers', 'steps'].map(within)
    expect(found((from, to) => below.some(folder => folder(from)) && within('providers')(to))).toEqual([])
  })

  it('names a blueprint in its own folder and in the index alone', () => {
    const others = [...product.keys()].filter(
      file => file.endsWith('.ts') && !/^src\/blueprints\/([\w-]+\/|index\.ts)/.test(file),
    )
    const named = others.filter(file => blueprints.some(({ id }) => names(readFileSync(file, 'utf8'), id)))
    expect(named).toEqual([])
  })

  it('prints from commands and views alone', () => {
    const mayPrint = ['commands', 'view', 'wizard'].map(within)
    const logic = [...product.keys()].filter(file => file.endsWith('.ts') && !mayPrint.some(folder => folder(file)))
    const printing = logic.filter(file =>
      /from '(chalk|ora|inquirer|@inquirer\/\w+)'|\bconsole\.(log|info|warn|error|debug)\b/.test(
        readFileSync(file, 'utf8'),
      ),
    )
    expect(printing).toEqual([])
  })
})

/** Whether a text holds the id as a word of its own, quoted or not; not as a part of another word, nor the framework's name in prose. */
function names(text: string, id: string): boolean {
  return new RegExp(`(?<![\\w-])${id}(?![\\w-])`).test(text)
}
