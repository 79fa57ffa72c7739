/** An HTTP request as it came. */
export interface Raw {
  method: string
  /** Path and query. */
  url: string
  /** Lower-case names. */
  headers: Record<string, string>
  body: Buffer
}

/** What goes back to the client, and what the call log keeps of it. */
export interface Reply {
  /** `vpc.CreateVpc`; empty when the request was no call at all. */
  action: string
  mutating: boolean
  status: number
  /** The error code; empty for success. */
  code: string
  body: string | Buffer
  contentType: string
  /** Besides the content type. */
  headers?: Record<string, string>
  /** Our milliseconds to wait before the answer leaves. */
  delayMs: number
  /** The connection is cut instead of an answer. */
  reset: boolean
}
