import type { JsonObject } from '../../../base/json.ts'
import { refuse, word } from './input.ts'

/** One page by token, as EC2, Systems Manager and Auto Scaling cut lists. `next` is undefined at the end. */
export function page<T>(
  input: JsonObject,
  rows: T[],
  { limit = 'MaxResults', token = 'NextToken', size = 1000 } = {},
): { rows: T[]; next: string | undefined } {
  const count = Number(word(input, limit) || size)
  const from = readToken(word(input, token))
  const end = from + count
  return { rows: rows.slice(from, end), next: end < rows.length ? writeToken(end) : undefined }
}

/** `{NextToken}` where there is more. */
export function nextToken(next: string | undefined): JsonObject {
  return next === undefined ? {} : { NextToken: next }
}

function writeToken(offset: number): string {
  return Buffer.from(`from:${offset}`).toString('base64url')
}

function readToken(token: string): number {
  if (token === '') return 0
  const match = /^from:(\d+)$/.exec(Buffer.from(token, 'base64url').toString())
  return match ? Number(match[1]) : refuse(400, 'InvalidNextToken', 'The token is not valid.')
}
