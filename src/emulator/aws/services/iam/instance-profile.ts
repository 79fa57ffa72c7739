import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { arn, date, letters } from '../../core/ids.ts'
import { objects, operation, refuse, requireParameter, word } from '../../core/input.ts'
import {
  createResource,
  everywhere,
  removeResource,
  resourcesOf,
  text,
  time,
  updateResource,
} from '../../core/resources.ts'
import { tagList } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import {
  absent,
  checkName,
  duplicate,
  iamPage,
  iamTags,
  pathOf,
  profilesWith,
  roleNamed,
  tagOperations,
} from './lookup.ts'
import { describeRole } from './role.ts'

/** Instance profiles: EC2 believes in a fresh one only after some seconds. */
export const instanceProfileOperations: Record<string, Operation> = {
  'iam.CreateInstanceProfile': operation('InstanceProfileName Path Tags', (input, call) => {
    const name = checkName(requireParameter(input, 'InstanceProfileName', 'ValidationError'), 128)
    const tags = iamTags(objects(input, 'Tags'))
    if (profileCalled(call, name)) duplicate(`Instance Profile ${name} already exists.`)
    const path = pathOf(input)
    const data = { name, path, uniqueId: `AIPA${letters(call.world, 17)}`, role: '' }
    const id = arn(call, 'iam', `instance-profile${path}${name}`, everywhere)
    const profile = createResource(call, 'instance-profile', id, data, { tags, region: everywhere })
    return { InstanceProfile: describe(call, profile) }
  }),
  'iam.GetInstanceProfile': operation('InstanceProfileName', (input, call) => ({
    InstanceProfile: describe(call, profileOf(call, input)),
  })),
  'iam.ListInstanceProfiles': operation('PathPrefix Marker MaxItems', (input, call) => {
    const prefix = word(input, 'PathPrefix') || '/'
    const found = resourcesOf(call, 'instance-profile', everywhere).filter(one => text(one, 'path').startsWith(prefix))
    const { rows, head } = iamPage(input, found)
    return { ...head, InstanceProfiles: rows.map(one => describe(call, one)) }
  }),
  'iam.ListInstanceProfilesForRole': operation('RoleName Marker MaxItems', (input, call) => {
    const role = roleNamed(call, requireParameter(input, 'RoleName', 'ValidationError'))
    const found = profilesWith(call, role)
    const { rows, head } = iamPage(input, found)
    return { ...head, InstanceProfiles: rows.map(one => describe(call, one)) }
  }),
  'iam.DeleteInstanceProfile': operation('InstanceProfileName', (input, call) => {
    const profile = profileOf(call, input)
    if (text(profile, 'role') !== '')
      refuse(409, 'DeleteConflict', 'Cannot delete entity, must remove roles from instance profile first.')
    removeResource(call, profile)
    return {}
  }),
  'iam.AddRoleToInstanceProfile': operation('InstanceProfileName RoleName', (input, call) => {
    const profile = profileOf(call, input)
    const role = roleNamed(call, requireParameter(input, 'RoleName', 'ValidationError'), 'fresh ones lag')
    if (text(profile, 'role') !== '') {
      refuse(409, 'LimitExceeded', 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1')
    }
    updateResource(call, profile, { role: role.id, roleAddedAt: call.world.now() })
    return {}
  }),
  'iam.RemoveRoleFromInstanceProfile': operation('InstanceProfileName RoleName', (input, call) => {
    const profile = profileOf(call, input)
    const role = roleNamed(call, requireParameter(input, 'RoleName', 'ValidationError'))
    if (text(profile, 'role') !== role.id) absent(`The role with name ${text(role, 'name')} cannot be found.`)
    updateResource(call, profile, { role: '' })
    return {}
  }),
  ...tagOperations('InstanceProfile', profileOf),
}

/**
 * The profile of `{Name}` or `{Arn}` as EC2 sees it: InvalidParameterValue while it does not know it or its role yet.
 * Auto Scaling says the same message under its own code.
 */
export function usableProfile(call: Call, asked: JsonObject): Resource {
  const name = word(asked, 'Name')
  const byArn = word(asked, 'Arn')
  const profile = name !== '' ? profileCalled(call, name) : find(call, byArn)
  const now = call.world.now()
  if (!profile || now < profile.born + usableAfter(profile)) {
    const [what, value] = name !== '' ? ['name', name] : ['ARN', byArn]
    const words = `Value (${value}) for parameter iamInstanceProfile.${what.toLowerCase()} is invalid. Invalid IAM Instance Profile ${what}`
    return refuse(400, 'InvalidParameterValue', words)
  }
  if (text(profile, 'role') === '' || now < time(profile, 'roleAddedAt') + usableAfter(profile)) {
    const words = `IAM Instance Profile "${profile.id}" has no associated IAM Roles`
    return refuse(400, 'InvalidParameterValue', words)
  }
  return profile
}

/** The role that instances with the profile of this ARN act as. */
export function roleOfProfile(call: Call, profileArn: string): Resource | undefined {
  const profile = find(call, profileArn)
  return profile && resourcesOf(call, 'role', everywhere).find(one => one.id === text(profile, 'role'))
}

function find(call: Call, id: string): Resource | undefined {
  return resourcesOf(call, 'instance-profile', everywhere).find(one => one.id === id)
}

function usableAfter(profile: Resource): number {
  const spread = [...text(profile, 'uniqueId')].reduce((sum, char) => sum + char.charCodeAt(0), 0) % 7
  return times.profileUsable + (spread / 7) * times.profileUsableSpread
}

function profileCalled(call: Call, name: string): Resource | undefined {
  return resourcesOf(call, 'instance-profile', everywhere).find(
    one => text(one, 'name').toLowerCase() === name.toLowerCase(),
  )
}

function profileOf(call: Call, input: JsonObject): Resource {
  const name = requireParameter(input, 'InstanceProfileName', 'ValidationError')
  return profileCalled(call, name) ?? absent(`Instance Profile ${name} cannot be found.`)
}

function describe(call: Call, profile: Resource): JsonObject {
  const role = resourcesOf(call, 'role', everywhere).find(one => one.id === text(profile, 'role'))
  return {
    InstanceProfileName: text(profile, 'name'),
    InstanceProfileId: text(profile, 'uniqueId'),
    Arn: profile.id,
    Path: text(profile, 'path'),
    CreateDate: date(call, profile.born),
    Roles: role ? [describeRole(call, role)] : [],
    Tags: tagList(profile),
  }
}
