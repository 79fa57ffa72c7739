import { expect, it } from 'vitest'
import { judgePassword } from '../../../../../src/emulator/aws/services/ecr/authorization-token.ts'
import { codeOf } from '../../support.ts'
import { host, registry } from './support.ts'

it('a token is the user AWS and a password that the registry takes for twelve hours', async () => {
  const { ecr, call, pass } = await registry()
  const [data] = (await ecr.getAuthorizationToken({})).authorizationData!
  expect(data!.proxyEndpoint).toBe(`https://${host}`)
  expect(data!.expiresAt!.toISOString()).toBe(call.world.date(call.world.now() + 12 * 3_600_000).replace(/Z$/, '.000Z'))
  const [user, password = ''] = Buffer.from(data!.authorizationToken!, 'base64').toString().split(':')
  expect(user).toBe('AWS')
  expect(judgePassword(call, password)).toBe('valid')
  pass(12 * 3600 - 1)
  expect(judgePassword(call, password)).toBe('valid')
  pass(1)
  expect(judgePassword(call, password)).toBe('expired')
})

it('a password that was changed, or is of another account or region, is worth nothing', async () => {
  const { ecr, as, call } = await registry()
  const passwordOf = async (client: typeof ecr) => {
    const [data] = (await client.getAuthorizationToken({})).authorizationData!
    return Buffer.from(data!.authorizationToken!, 'base64').toString().slice('AWS:'.length)
  }
  const password = await passwordOf(ecr)
  const [claim, seal] = password.split('.')
  const later = Buffer.from(JSON.stringify({ expires: call.world.now() * 2 })).toString('base64url')
  for (const wrong of ['', '.', claim!, `${later}.${seal}`, `${password}x`, `x${password}`]) {
    expect(judgePassword(call, wrong)).toBe('wrong')
  }
  const strange = await passwordOf(as({ accessKeyId: 'other', secretAccessKey: 'other' }))
  expect(judgePassword(call, strange)).toBe('wrong')
  expect(judgePassword({ ...call, region: 'us-east-1' }, password)).toBe('wrong')
  const elsewhere = ecr.getAuthorizationToken({ registryIds: ['500000000002'] })
  expect(await codeOf(elsewhere)).toBe('AccessDeniedException')
})
