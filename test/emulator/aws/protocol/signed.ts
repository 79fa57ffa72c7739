import { type Claim, sha256, signatureFor } from '../../../../src/emulator/aws/protocol/signature.ts'
import type { Raw } from '../../../../src/emulator/http/exchange.ts'
import { region } from '../support.ts'

export interface Bare {
  service: string
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: string
  key?: string
  secret?: string
  /** When it says it was signed. */
  at?: Date
  /** What is sent in place of the signed body. */
  sent?: string
}

/** A request that no official client would send, properly signed unless asked otherwise. */
export async function signed(url: string, bare: Bare): Promise<{ status: number; text: string; headers: Headers }> {
  const { service, method = 'POST', path = '/', body = '', key = 'sandbox', secret = 'sandbox' } = bare
  const date = (bare.at ?? new Date()).toISOString().replace(/[-:]|\.\d+/g, '')
  const headers: Record<string, string> = {
    'content-type': 'application/x-www-form-urlencoded',
    ...bare.headers,
    host: new URL(url).host,
    'x-amz-date': date,
    'x-amz-content-sha256': sha256(body),
  }
  const claim: Claim = {
    keyId: key,
    day: date.slice(0, 8),
    region,
    service,
    scope: `${date.slice(0, 8)}/${region}/${service}/aws4_request`,
    signedHeaders: Object.keys(headers).sort(),
    signature: '',
    date,
    sessionToken: undefined,
    expires: undefined,
    presigned: false,
  }
  const raw: Raw = { method, url: path, headers, body: Buffer.from(body) }
  const query = [...new URL(path, url).searchParams]
  const signature = signatureFor(raw, query, claim, secret)
  const names = claim.signedHeaders.join(';')
  const authorization = `AWS4-HMAC-SHA256 Credential=${key}/${claim.scope}, SignedHeaders=${names}, Signature=${signature}`
  const { host: _host, ...sent } = headers
  const response = await fetch(url + path, {
    method,
    headers: { ...sent, authorization },
    ...(body && { body: bare.sent ?? body }),
  })
  return { status: response.status, text: await response.text(), headers: response.headers }
}

/** A query request's body. */
export function form(params: Record<string, string>): string {
  return new URLSearchParams(params).toString()
}
