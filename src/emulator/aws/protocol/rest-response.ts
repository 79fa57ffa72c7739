import type { Json, JsonObject } from '../../../base/json.ts'
import { dateText } from './dates.ts'
import { declaration, type Parts } from './http-response.ts'
import type { Action, Member, Service } from './schema.ts'
import { element, escapeXml, writeMember, writeMembers } from './xml-writer.ts'

/** A REST answer: members go to headers, to the status, into the payload or the XML, as the schema says. */
export function restAnswer(service: Service, action: Action, output: JsonObject, requestId: string): Parts {
  const headers: Record<string, string> = { 'x-amzn-requestid': requestId }
  if (service.family === 's3') headers['x-amz-request-id'] = requestId
  let status = action.http?.[2] ?? 200
  for (const member of action.output.members) {
    const value = output[member.name]
    if (value === undefined || value === null) continue
    if (member.traits.httpHeader) headers[member.traits.httpHeader.toLowerCase()] = headerText(member, value)
    if (member.traits.httpResponseCode) status = Number(value)
    if (member.traits.httpPrefixHeaders !== undefined) {
      for (const [name, item] of Object.entries(value as JsonObject)) {
        headers[`${member.traits.httpPrefixHeaders}${name}`.toLowerCase()] = String(item)
      }
    }
  }
  // A part of an object.
  if (output.ContentRange !== undefined) status = 206
  const { 'content-type': contentType = 'application/xml', ...rest } = headers
  return { status, contentType, headers: rest, body: bodyOf(service, action, output) }
}

function bodyOf(service: Service, action: Action, output: JsonObject): string | Buffer {
  const shape = action.output
  const space = ` xmlns="${service.xmlNamespace}"`
  const payload = shape.members.find(member => member.traits.httpPayload)
  if (payload) return payloadOf(payload, output[payload.name], space)
  const inBody = shape.members.filter(isInBody)
  if (inBody.length === 0) return ''
  if (action.name === 'GetBucketLocation') {
    // The one answer whose only member is the document itself.
    return declaration + element('LocationConstraint', escapeXml(String(output.LocationConstraint ?? '')), space)
  }
  return declaration + element(shape.traits.xmlName ?? shape.name, writeMembers(shape, output, isInBody), space)
}

/** Whether a member is part of the body, not a header, the status, or a label of the path. */
export function isInBody({ traits }: Member): boolean {
  return !(
    traits.httpHeader ||
    traits.httpPrefixHeaders !== undefined ||
    traits.httpResponseCode ||
    traits.httpLabel ||
    traits.httpQuery ||
    traits.httpQueryParams ||
    traits.httpPayload
  )
}

function payloadOf(member: Member, value: Json | undefined, space: string): string | Buffer {
  if (value === undefined || value === null) return ''
  const { shape } = member
  if (shape.kind === 'blob') return Buffer.from(String(value), 'base64')
  if (shape.kind !== 'structure') return String(value)
  const name = member.traits.xmlName ?? shape.name
  return declaration + writeMember(member, value, name).replace(/^<[\w:-]+/, head => head + space)
}

function headerText(member: Member, value: Json): string {
  const { shape } = member
  if (shape.kind === 'timestamp') return dateText(String(value), shape.format ?? 'http-date')
  if (shape.kind === 'list') return (value as Json[]).map(String).join(', ')
  return String(value)
}
