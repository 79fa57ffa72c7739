import type { JsonObject } from '../../base/json.ts'
import type { Session } from '../session.ts'
import type { Product } from './endpoints.ts'
import type { Answer, Params } from './wire.ts'

/** The connected Alibaba Cloud, as resources and look-ups use it. */
export interface Alicloud extends Session {
  region: string
  /** The account's id. */
  account: string
  /** One API call with the retries that are safe for it; `RegionId` is added. Throws a CloudProblem. */
  call(product: Product, action: string, params?: Params, options?: CallOptions): Promise<Answer>
  /** All rows of a list, page by page. `list` is the path to the rows in an answer: `Vpcs.Vpc`. */
  pages(product: Product, action: string, params: Params, list: string, paging?: Paging): Promise<JsonObject[]>
}

/** How a call is repeated. */
export interface CallOptions {
  /** Idempotent by nature (deletes, "set to"): sent again after a lost answer even without a token. */
  repeatable?: boolean
  /** More codes that mean "not now". */
  busy?: string[]
  /** How long "not now" is retried, milliseconds of the cloud's time. Default five minutes. */
  patience?: number
}

/** `number`: PageNumber and PageSize. `token`: MaxResults and NextToken. */
export interface Paging {
  by: 'number' | 'token'
  size: number
}
