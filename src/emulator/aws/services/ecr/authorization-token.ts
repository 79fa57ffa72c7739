import { createHmac, timingSafeEqual } from 'node:crypto'
import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation } from '../../../world/model.ts'
import { date, hex } from '../../core/ids.ts'
import { operation, refuse, words } from '../../core/input.ts'
import { createResource, findResource, text } from '../../core/resources.ts'
import { registryHost } from './lookup.ts'

/** Who shows a token is this user. */
export const tokenUser = 'AWS'

const valid = 12 * 3_600_000

/** The password with which Docker logs in: it is good for every repository of the account in the region. */
export const authorizationTokenOperations: Record<string, Operation> = {
  'ecr.GetAuthorizationToken': operation('registryIds', (input, call) => {
    if (words(input, 'registryIds').some(id => id !== call.account)) {
      refuse(400, 'AccessDeniedException', 'A registry among registryIds belongs to another account.')
    }
    const expires = call.world.now() + valid
    const token = Buffer.from(`${tokenUser}:${newPassword(call, expires)}`).toString('base64')
    const data: JsonObject = {
      authorizationToken: token,
      expiresAt: date(call, expires),
      proxyEndpoint: `https://${registryHost(call)}`,
    }
    return { authorizationData: [data] }
  }),
}

/** What a password is worth at the registry of the call, now. */
export function judgePassword(call: Call, password: string): 'valid' | 'expired' | 'wrong' {
  const [claim = '', seal = ''] = password.split('.')
  const known = findResource(call, 'registry', registryHost(call))
  if (!known || !same(seal, sealOf(text(known, 'key'), claim))) return 'wrong'
  const { expires } = JSON.parse(Buffer.from(claim, 'base64url').toString()) as { expires: number }
  return call.world.now() < expires ? 'valid' : 'expired'
}

function newPassword(call: Call, expires: number): string {
  const claim = Buffer.from(JSON.stringify({ expires, salt: hex(call.world, 16) })).toString('base64url')
  return `${claim}.${sealOf(keyOf(call), claim)}`
}

/** The registry's own key: passwords need not be remembered one by one. */
function keyOf(call: Call): string {
  const id = registryHost(call)
  const registry =
    findResource(call, 'registry', id) ?? createResource(call, 'registry', id, { key: hex(call.world, 64) })
  return text(registry, 'key')
}

function sealOf(key: string, claim: string): string {
  return createHmac('sha256', key).update(claim).digest('base64url')
}

function same(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}
