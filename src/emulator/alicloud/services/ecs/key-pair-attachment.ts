import type { JsonObject } from '../../../../base/json.ts'
import type { Call } from '../../../world/model.ts'
import { jsonWords, operation, refuse, requireParameter, word } from '../../core/input.ts'
import { updateResource } from '../../core/resources.ts'
import { instanceOf } from './instance-lifecycle.ts'
import { keyPair } from './key-pair.ts'

/** Giving machines another key pair; it counts from their next start. */
export const keyPairAttachmentOperations = {
  'ecs.AttachKeyPair': operation('InstanceIds KeyPairName', (input, call) => {
    const name = requireParameter(input, 'KeyPairName')
    if (!keyPair(call, name))
      refuse(404, 'InvalidKeyPairName.NotFound', `The specified KeyPairName ${name} does not exist.`)
    return login(call, input, name)
  }),
  'ecs.DetachKeyPair': operation('InstanceIds KeyPairName', (input, call) => {
    requireParameter(input, 'KeyPairName')
    return login(call, input, '')
  }),
}

function login(call: Call, input: JsonObject, keyName: string): JsonObject {
  const ids = jsonWords(input, 'InstanceIds') ?? refuse(400, 'MissingParameter', 'InstanceIds is mandatory.')
  const instances = ids.map(id => instanceOf(call, input, id))
  for (const instance of instances) updateResource(call, instance, { keyPair: keyName })
  return {
    KeyPairName: word(input, 'KeyPairName'),
    TotalCount: String(ids.length),
    FailCount: '0',
    Results: { Result: ids.map(id => ({ InstanceId: id, Success: 'true', Code: '200', Message: 'successful' })) },
  }
}
