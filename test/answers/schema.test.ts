import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { schemas } from '../../scripts/schemas.ts'
import { answersFrom, parseSet } from '../../src/answers/answers.ts'
import { replayFile } from '../../src/answers/replay.ts'
import { schemaOf } from '../../src/answers/schema.ts'
import { questions, shop, steps } from './fixture.ts'

const of = { id: 'shop.json', title: 'Shop', blueprint: 'django', cloud: 'alicloud' }

it('the schemas in the project match the questions (run `node scripts/schema.mjs` after a change)', async () => {
  for (const [file, schema] of Object.entries(await schemas())) {
    const kept = readFileSync(new URL(`../../schema/${file}`, import.meta.url), 'utf8')
    expect(JSON.parse(kept), file).toEqual(schema)
  }
})

it('every schema is valid and refuses an unknown key', async () => {
  for (const [file, schema] of Object.entries(await schemas())) {
    const ajv = new Ajv({ strict: true, allowUnionTypes: true })
    const fits = ajv.compile(schema as object)
    expect(
      fits({ stack: 'web', blueprint: blueprintOf(file), vpc: { name: 'x', cidr: '10.0.0.0/8' }, 'listener.port': 80 }),
      file,
    ).toBe(true)
    expect(fits({ vpc: { crid: '10.0.0.0/8' } })).toBe(false)
    expect(fits({ 'vpc.crid': 'x' })).toBe(false)
    expect(fits({ cloud: 'elsewhere' })).toBe(false)
  }
})

it('the answers file that a run prints matches its schema', async () => {
  const { answers } = await answersFrom({
    questions,
    asking: { stack: 'web', lookups: shop },
    sources: { flags: parseSet(['app.repository=x', 'machine.months=12', 'machine.tags=a=b']) },
  })
  const replay = { verb: 'up', stack: 'web', blueprint: 'django', cloud: 'alicloud', region: 'ap-northeast-1' }
  const fits = new Ajv({ allowUnionTypes: true }).compile(schemaOf(of, questions as never) as object)
  expect(fits(parse(replayFile(replay, steps, answers))), JSON.stringify(fits.errors)).toBe(true)
  expect(fits({ machine: { count: 0 } })).toBe(false)
  expect(fits({ machine: { login: 'face' } })).toBe(false)
  expect(fits({ machine: { publicIp: 'yes' } })).toBe(true)
})

/** `django-alicloud.json` is for `django`. */
function blueprintOf(file: string): string {
  return file.replace(/-[a-z]+\.json$/, '')
}
