import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { arn, date, letters } from '../../core/ids.ts'
import { number, object, objects, operation, refuse, requireParameter, word, words } from '../../core/input.ts'
import {
  createResource,
  everywhere,
  removeResource,
  resourcesOf,
  text,
  texts,
  time,
  updateResource,
} from '../../core/resources.ts'
import { tagList } from '../../core/tags.ts'
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

/** Policies of AWS's own that the stacks may name. */
const managed = [
  'AmazonSSMManagedInstanceCore',
  'AmazonSSMReadOnlyAccess',
  'AmazonS3ReadOnlyAccess',
  'AmazonS3FullAccess',
  'CloudWatchAgentServerPolicy',
  'AdministratorAccess',
  'ReadOnlyAccess',
  'AWSElasticBeanstalkWebTier',
  'service-role/AmazonRDSEnhancedMonitoringRole',
]

export const roleOperations: Record<string, Operation> = {
  'iam.CreateRole': operation(
    'RoleName AssumeRolePolicyDocument Path Description MaxSessionDuration Tags',
    (input, call) => {
      const name = checkName(requireParameter(input, 'RoleName', 'ValidationError'), 64)
      const trust = readDocument(requireParameter(input, 'AssumeRolePolicyDocument', 'ValidationError'))
      const tags = iamTags(objects(input, 'Tags'))
      if (resourcesOf(call, 'role', everywhere).some(one => text(one, 'name').toLowerCase() === name.toLowerCase()))
        duplicate(`Role with name ${name} already exists.`)
      const path = pathOf(input)
      const data = {
        name,
        path,
        trust,
        description: word(input, 'Description'),
        uniqueId: `AROA${letters(call.world, 17)}`,
        session: number(input, 'MaxSessionDuration', 3600),
        attached: [],
        inline: {},
      }
      const id = arn(call, 'iam', `role${path}${name}`, everywhere)
      return { Role: describeRole(call, createResource(call, 'role', id, data, { tags, region: everywhere })) }
    },
  ),
  'iam.GetRole': operation('RoleName', (input, call) => ({ Role: describeRole(call, roleOf(call, input)) })),
  'iam.ListRoles': operation('PathPrefix Marker MaxItems', (input, call) => {
    const prefix = word(input, 'PathPrefix') || '/'
    const found = resourcesOf(call, 'role', everywhere).filter(one => text(one, 'path').startsWith(prefix))
    const { rows, head } = iamPage(input, found)
    // The list has no tags.
    const Roles = rows.map(one => {
      const { Tags: _, ...role } = describeRole(call, one)
      return role
    })
    return { ...head, Roles }
  }),
  'iam.UpdateAssumeRolePolicy': operation('RoleName PolicyDocument', (input, call) => {
    const trust = readDocument(requireParameter(input, 'PolicyDocument', 'ValidationError'))
    updateResource(call, roleOf(call, input), { trust })
    return {}
  }),
  'iam.DeleteRole': operation('RoleName', (input, call) => {
    const role = roleOf(call, input)
    if (profilesWith(call, role).length > 0) conflict('must remove roles from instance profile first.')
    if (texts(role, 'attached').length > 0) conflict('must detach all policies first.')
    if (Object.keys(object(role.data, 'inline')).length > 0) conflict('must delete policies first.')
    removeResource(call, role)
    return {}
  }),
  'iam.AttachRolePolicy': operation('RoleName PolicyArn', (input, call) => {
    const role = roleOf(call, input)
    const policy = policyOf(requireParameter(input, 'PolicyArn', 'ValidationError'))
    const attached = [...new Set([...texts(role, 'attached'), policy])]
    if (attached.length > 10) refuse(409, 'LimitExceeded', 'Cannot exceed quota for PoliciesPerRole: 10')
    updateResource(call, role, { attached })
    return {}
  }),
  'iam.DetachRolePolicy': operation('RoleName PolicyArn', (input, call) => {
    const role = roleOf(call, input)
    const policy = requireParameter(input, 'PolicyArn', 'ValidationError')
    const attached = texts(role, 'attached')
    if (!attached.includes(policy)) absent(`Policy ${policy} was not found.`)
    updateResource(call, role, { attached: attached.filter(one => one !== policy) })
    return {}
  }),
  'iam.ListAttachedRolePolicies': operation('RoleName PathPrefix Marker MaxItems', (input, call) => {
    const { rows, head } = iamPage(input, texts(roleOf(call, input), 'attached'))
    const AttachedPolicies = rows.map(PolicyArn => ({ PolicyArn, PolicyName: PolicyArn.split('/').at(-1)! }))
    return { ...head, AttachedPolicies }
  }),
  'iam.PutRolePolicy': operation('RoleName PolicyName PolicyDocument', (input, call) => {
    const role = roleOf(call, input)
    const name = checkName(requireParameter(input, 'PolicyName', 'ValidationError'), 128)
    const document = readDocument(requireParameter(input, 'PolicyDocument', 'ValidationError'))
    updateResource(call, role, { inline: { ...object(role.data, 'inline'), [name]: document } })
    return {}
  }),
  'iam.GetRolePolicy': operation('RoleName PolicyName', (input, call) => {
    const role = roleOf(call, input)
    const name = requireParameter(input, 'PolicyName', 'ValidationError')
    const document = word(object(role.data, 'inline'), name)
    if (document === '') absent(`The role policy with name ${name} cannot be found.`)
    return { RoleName: text(role, 'name'), PolicyName: name, PolicyDocument: encodeURIComponent(document) }
  }),
  'iam.DeleteRolePolicy': operation('RoleName PolicyName', (input, call) => {
    const role = roleOf(call, input)
    const name = requireParameter(input, 'PolicyName', 'ValidationError')
    const { [name]: document, ...inline } = object(role.data, 'inline')
    if (document === undefined) absent(`The role policy with name ${name} cannot be found.`)
    updateResource(call, role, { inline })
    return {}
  }),
  'iam.ListRolePolicies': operation('RoleName Marker MaxItems', (input, call) => {
    const { rows, head } = iamPage(input, Object.keys(object(roleOf(call, input).data, 'inline')))
    return { ...head, PolicyNames: rows }
  }),
  ...tagOperations('Role', roleOf),
  'iam.CreateServiceLinkedRole': operation('AWSServiceName Description', (input, call) => {
    const service = requireParameter(input, 'AWSServiceName', 'ValidationError')
    const name = `AWSServiceRoleFor${service.split('.')[0]!.replace(/^./, letter => letter.toUpperCase())}`
    // Every account here has used the services before.
    return refuse(
      400,
      'InvalidInput',
      `Service role name ${name} has been taken in this account ${call.account}, please try a different suffix.`,
    )
  }),
  'iam.SimulatePrincipalPolicy': operation('PolicySourceArn ActionNames ResourceArns Marker MaxItems', input => ({
    IsTruncated: false,
    EvaluationResults: words(input, 'ActionNames').map(EvalActionName => ({
      EvalActionName,
      EvalDecision: 'allowed',
      EvalResourceName: '*',
    })),
  })),
}

/** A role as `GetRole` shows it. */
export function describeRole(call: Call, role: Resource): JsonObject {
  return {
    RoleName: text(role, 'name'),
    RoleId: text(role, 'uniqueId'),
    Arn: role.id,
    Path: text(role, 'path'),
    CreateDate: date(call, role.born),
    AssumeRolePolicyDocument: encodeURIComponent(text(role, 'trust')),
    ...(text(role, 'description') && { Description: text(role, 'description') }),
    MaxSessionDuration: time(role, 'session'),
    Tags: tagList(role),
  }
}

function roleOf(call: Call, input: JsonObject): Resource {
  return roleNamed(call, requireParameter(input, 'RoleName', 'ValidationError'))
}

function conflict(what: string): never {
  return refuse(409, 'DeleteConflict', `Cannot delete entity, ${what}`)
}

function policyOf(policyArn: string): string {
  if (!policyArn.startsWith('arn:')) refuse(400, 'InvalidInput', `ARN ${policyArn} is not valid.`)
  const name = /^arn:aws:iam::aws:policy\/(.+)$/.exec(policyArn)?.[1]
  if (!name || !managed.includes(name)) absent(`Policy ${policyArn} does not exist or is not attachable.`)
  return policyArn
}

/** A policy document: JSON with statements. */
function readDocument(document: string): string {
  let parsed: unknown
  try {
    parsed = JSON.parse(document)
  } catch {
    return refuse(400, 'MalformedPolicyDocument', 'Syntax errors in policy.')
  }
  if (typeof parsed !== 'object' || parsed === null || !('Statement' in parsed))
    refuse(400, 'MalformedPolicyDocument', 'Missing required field Statement')
  if (document.length > 10_240) refuse(409, 'LimitExceeded', 'Maximum policy size of 10240 bytes exceeded')
  return document
}
