import type { JsonObject } from '../../../base/json.ts'
import { number, refuse, within, word } from './input.ts'

/** One page of a list as the products cut it. */
export interface Page<T> {
  rows: T[]
  /** `PageNumber`, `PageSize`, `TotalCount`, or `NextToken` and `TotalCount`. */
  head: JsonObject
}

/** By page number: 10 rows unless asked (VPC, ECS, CLB), at most `max`. */
export function page<T>(input: JsonObject, rows: T[], size = 10, max = 50): Page<T> {
  const pageNumber = within(input, 'PageNumber', 1, 1, 1_000_000)
  const pageSize = within(input, 'PageSize', size, 1, max)
  const from = (pageNumber - 1) * pageSize
  return {
    rows: rows.slice(from, from + pageSize),
    head: { PageNumber: pageNumber, PageSize: pageSize, TotalCount: rows.length },
  }
}

/** By token where the caller asks for one, by page number otherwise. An empty token means the end. */
export function pageOrToken<T>(input: JsonObject, rows: T[], size = 10, max = 100): Page<T> {
  if (word(input, 'MaxResults') === '' && word(input, 'NextToken') === '') return page(input, rows, size, max)
  const { rows: some, next } = byToken(input, rows, size, max)
  return { rows: some, head: { TotalCount: rows.length, NextToken: next } }
}

/** One page by `MaxResults` and `NextToken`; `next` is '' at the end. */
export function byToken<T>(input: JsonObject, rows: T[], size: number, max: number): { rows: T[]; next: string } {
  const count = within(input, 'MaxResults', size, 1, max)
  const from = readToken(word(input, 'NextToken'))
  const end = from + count
  return { rows: rows.slice(from, end), next: end < rows.length ? writeToken(end) : '' }
}

function writeToken(offset: number): string {
  return Buffer.from(`from:${offset}`).toString('base64url')
}

function readToken(token: string): number {
  if (token === '') return 0
  const match = /^from:(\d+)$/.exec(Buffer.from(token, 'base64url').toString())
  if (!match) refuse(400, 'InvalidParameter.NextToken', 'The specified NextToken is not valid.')
  return number({ offset: match[1]! }, 'offset', 0)
}
