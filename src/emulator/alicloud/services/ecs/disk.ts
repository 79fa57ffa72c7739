import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { date } from '../../core/ids.ts'
import { jsonWords, operation, word } from '../../core/input.ts'
import { pageOrToken } from '../../core/page.ts'
import { listedResources, resourcesOf, text } from '../../core/resources.ts'
import { byTags, tagKeyValue } from '../../core/tags.ts'

/** Disks, which come and go with their machines. */
export const diskOperations = {
  'ecs.DescribeDisks': operation(
    'DiskIds InstanceId DiskName DiskType Category DiskChargeType Status ZoneId Portable DeleteWithInstance Tag PageNumber PageSize MaxResults NextToken',
    (input, call) => {
      const ids = jsonWords(input, 'DiskIds')
      const disks = (ids ? resourcesOf(call, 'disk') : listedResources(call, 'disk')).filter(
        disk =>
          (ids?.includes(disk.id) ?? true) &&
          is(input, 'InstanceId', text(disk, 'instanceId')) &&
          is(input, 'DiskName', text(disk, 'name')) &&
          is(input, 'Category', text(disk, 'category')) &&
          is(input, 'ZoneId', text(disk, 'zone')) &&
          ['', 'all', 'system'].includes(word(input, 'DiskType')) &&
          ['', 'PostPaid'].includes(word(input, 'DiskChargeType')) &&
          ['', 'All', 'In_use'].includes(word(input, 'Status')) &&
          word(input, 'Portable') !== 'true' &&
          word(input, 'DeleteWithInstance') !== 'false',
      )
      const { rows, head } = pageOrToken(input, byTags(input, disks), 10, 100)
      return { ...head, Disks: { Disk: rows.map(disk => describe(call, disk)) } }
    },
  ),
}

function is(input: JsonObject, name: string, value: string): boolean {
  return word(input, name) === '' || word(input, name) === value
}

function describe(call: Call, disk: Resource): JsonObject {
  return {
    DiskId: disk.id,
    DiskName: text(disk, 'name'),
    Description: text(disk, 'description'),
    Category: text(disk, 'category'),
    PerformanceLevel: text(disk, 'level'),
    Size: Number(disk.data.size),
    Type: 'system',
    Status: 'In_use',
    Device: '/dev/xvda',
    InstanceId: text(disk, 'instanceId'),
    ImageId: text(disk, 'imageId'),
    DiskChargeType: 'PostPaid',
    DeleteWithInstance: true,
    DeleteAutoSnapshot: false,
    EnableAutoSnapshot: true,
    Encrypted: false,
    Portable: false,
    RegionId: disk.region,
    ZoneId: text(disk, 'zone'),
    CreationTime: date(call, disk.born),
    AttachedTime: date(call, disk.born),
    Attachments: {
      Attachment: [{ InstanceId: text(disk, 'instanceId'), Device: '/dev/xvda', AttachedTime: date(call, disk.born) }],
    },
    OperationLocks: { OperationLock: [] },
    Tags: tagKeyValue(disk),
  }
}
