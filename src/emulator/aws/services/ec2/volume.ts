import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { arn, date } from '../../core/ids.ts'
import { operation, refuse, requireParameter } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import { removeResource, text, time } from '../../core/resources.ts'
import { tagList } from '../../core/tags.ts'
import { chosen, ec2Find } from './lookup.ts'

/** Volumes, which come with instances and mostly go with them. */
export const volumeOperations: Record<string, Operation> = {
  'ec2.DescribeVolumes': operation('VolumeIds Filters MaxResults NextToken', (input, call) => {
    const found = chosen(call, input, 'VolumeIds', 'volume', {
      'volume-id': one => one.id,
      status: one => volumeState(call, one),
      'availability-zone': one => text(one, 'zone'),
      'volume-type': one => text(one, 'type'),
      size: one => text(one, 'size'),
      'attachment.instance-id': one => (volumeState(call, one) === 'in-use' ? text(one, 'instanceId') : undefined),
      'attachment.device': one => (volumeState(call, one) === 'in-use' ? text(one, 'device') : undefined),
      'attachment.delete-on-termination': one => String(one.data.deleteOnTermination === true),
      encrypted: one => String(one.data.encrypted === true),
    })
    const { rows, next } = page(input, found)
    return { Volumes: rows.map(one => describe(call, one)), ...nextToken(next) }
  }),
  'ec2.DeleteVolume': operation('VolumeId', (input, call) => {
    const volume = ec2Find(call, 'volume', requireParameter(input, 'VolumeId'))
    if (volumeState(call, volume) === 'in-use') {
      refuse(400, 'VolumeInUse', `Volume ${volume.id} is currently attached to ${text(volume, 'instanceId')}`)
    }
    removeResource(call, volume)
    return {}
  }),
}

/** in-use while its instance holds it, then available. */
export function volumeState(call: Call, volume: Resource): string {
  const freeAt = time(volume, 'freeAt')
  return freeAt > 0 && call.world.now() >= freeAt ? 'available' : 'in-use'
}

function describe(call: Call, volume: Resource): JsonObject {
  const state = volumeState(call, volume)
  const attachment = {
    VolumeId: volume.id,
    InstanceId: text(volume, 'instanceId'),
    Device: text(volume, 'device'),
    State: 'attached',
    AttachTime: date(call, volume.born),
    DeleteOnTermination: volume.data.deleteOnTermination === true,
  }
  return {
    VolumeId: volume.id,
    VolumeArn: arn(call, 'ec2', `volume/${volume.id}`),
    Size: time(volume, 'size'),
    VolumeType: text(volume, 'type'),
    AvailabilityZone: text(volume, 'zone'),
    Encrypted: volume.data.encrypted === true,
    State: state,
    CreateTime: date(call, volume.born),
    Attachments: state === 'in-use' ? [attachment] : [],
    Iops: 3000,
    MultiAttachEnabled: false,
    OwnerId: call.account,
    Tags: tagList(volume),
  }
}
