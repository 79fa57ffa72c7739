import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../../src/base/json.ts'
import { type Action, loadService } from '../../../../src/emulator/aws/protocol/schema.ts'
import { services } from '../../../../src/emulator/aws/services/index.ts'
import { config } from '../support.ts'
import { counter, type Echo, echo, plain, rich, sample } from './echo.ts'

// biome-ignore lint/suspicious/noExplicitAny: official clients and commands by name.
type Any = any

/** Actions that go without a signature, answer with a stream of events, or belong to S3's other products. */
const special = new Set([
  'sts.AssumeRoleWithSAML',
  'sts.AssumeRoleWithWebIdentity',
  's3.CreateSession',
  's3.ListDirectoryBuckets',
  's3.SelectObjectContent',
  's3.WriteGetObjectResponse',
])

describe.each(services.map(({ name, wire }) => [name, wire] as const))('%s', (name, entry) => {
  it('hears what the official client says and is understood by it, for every action', async () => {
    const wire = await echo()
    const service = await loadService(entry)
    const module = (await service.load()) as Record<string, Any>
    const [, Client] = Object.entries(module).find(
      ([key, value]) => /[a-z0-9]Client$/i.test(key) && value.prototype?.send,
    )!
    const client = new Client(config(wire.url))
    const actions = service.actions().filter(action => !special.has(`${name}.${action}`))
    expect(actions.length).toBeGreaterThan(8)
    for (const action of actions) {
      await thereAndBack(wire, client, module[`${action}Command`], service.action(action)!)
    }
  })
})

async function thereAndBack(wire: Echo, client: Any, Command: Any, action: Action): Promise<void> {
  const seed = counter()
  const input = withoutSums(sample(action.input, seed) as JsonObject)
  const output = withoutSums(sample(action.output, seed) as JsonObject)
  if (input.Bucket) input.Bucket = 'bucket'
  wire.heard = undefined
  wire.answer = () => output
  const { $metadata, ...answer } = await client.send(new Command(rich(action.input, input)))
  expect(wire.heard!.call.action).toBe(action.name)
  expect(withoutSums(wire.heard!.input), action.name).toEqual(input)
  expect(withoutSums(plain(await collected(answer)) as JsonObject), action.name).toEqual(output)
  expect($metadata.requestId).toMatch(/^[0-9a-f-]{36}$/)
}

/** The S3 client works out checksums and lengths itself, and gives one date twice. */
function withoutSums(value: JsonObject): JsonObject {
  const own = /^(Checksum|ContentMD5$|ContentLength$|(CopySource)?SSECustomer|ExpiresString$)/
  return Object.fromEntries(Object.entries(value).filter(([key]) => !own.test(key)))
}

/** Streamed bodies read to their end. */
async function collected(answer: Record<string, Any>): Promise<Record<string, Any>> {
  for (const [name, value] of Object.entries(answer)) {
    if (value?.transformToString) answer[name] = await value.transformToString('base64')
  }
  return answer
}
