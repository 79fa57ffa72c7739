/** What an HTTP answer is made of. */
export interface Parts {
  status: number
  contentType: string
  headers: Record<string, string>
  body: string | Buffer
}

/** The head of every XML answer. */
export const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'

/** A JSON answer with its request id. */
export function jsonParts(status: number, requestId: string, body: object): Parts {
  const headers = { 'x-amzn-requestid': requestId }
  return { status, contentType: 'application/x-amz-json-1.1', headers, body: JSON.stringify(body) }
}

/** An XML answer with its request id. */
export function xmlParts(status: number, requestId: string, xml: string): Parts {
  const headers = { 'x-amzn-requestid': requestId }
  return { status, contentType: 'text/xml;charset=UTF-8', headers, body: declaration + xml }
}
