import { randomBytes } from 'node:crypto'
import type { JsonObject } from '../../../base/json.ts'
import type { ApiError } from '../../world/model.ts'
import { jsonParts, type Parts, xmlParts as xml } from './http-response.ts'
import { jsonAnswer } from './json.ts'
import { restAnswer } from './rest-response.ts'
import type { Action, Service } from './schema.ts'
import type { ServiceEntry } from './service.ts'
import { element, escapeXml, writeMembers } from './xml-writer.ts'

/** A success in the service's own shape. */
export function writeAnswer(service: Service, action: Action, output: JsonObject, requestId: string): Parts {
  const { family, xmlNamespace } = service
  if (family === 'json') return jsonAnswer(action, output, requestId)
  if (family === 's3' || family === 'route53') return restAnswer(service, action, output, requestId)
  const space = ` xmlns="${xmlNamespace}"`
  if (family === 'ec2') {
    const nothing = action.output.members.length === 0 ? element('return', 'true') : ''
    const body = element('requestId', requestId) + nothing + writeMembers(action.output, output)
    return xml(200, requestId, element(`${action.name}Response`, body, space))
  }
  const result = action.output.name ? element(`${action.name}Result`, writeMembers(action.output, output)) : ''
  const metadata = element('ResponseMetadata', element('RequestId', requestId))
  return xml(200, requestId, element(`${action.name}Response`, result + metadata, space))
}

/** A refusal in the service's own shape; `withCode` false for one without a code, as sick gateways send. */
export function writeRefusal(entry: ServiceEntry, error: ApiError, requestId: string, withCode = true): Parts {
  const { status, code, message } = error
  const { family } = entry
  if (family === 'json') {
    return jsonParts(status, requestId, withCode ? { __type: code, message } : {})
  }
  const said = withCode ? element('Code', escapeXml(code)) + element('Message', escapeXml(message)) : ''
  if (family === 'ec2') {
    const errors = withCode ? element('Errors', element('Error', said)) : ''
    return xml(status, requestId, element('Response', errors + element('RequestID', requestId)))
  }
  if (family === 's3') {
    const hostId = randomBytes(24).toString('base64')
    const body = said + element('RequestId', requestId) + element('HostId', hostId)
    const parts = xml(status, requestId, element('Error', body))
    return { ...parts, headers: { 'x-amz-request-id': requestId, 'x-amz-id-2': hostId } }
  }
  const type = element('Type', status >= 500 ? 'Receiver' : 'Sender')
  const inner = (withCode ? element('Error', type + said) : '') + element('RequestId', requestId)
  return xml(status, requestId, element('ErrorResponse', inner, ` xmlns="${entry.xmlNamespace}"`))
}
