import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { filtered, filteredThings } from '../../core/filters.ts'
import { date, newId } from '../../core/ids.ts'
import { object, objects, operation, refuse, requireParameter, word, words } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import {
  createResource,
  listedResources,
  removeResource,
  resourcesOf,
  text,
  time,
  updateResource,
} from '../../core/resources.ts'
import { tagList } from '../../core/tags.ts'
import { launchFields, readUserData } from './launch-fields.ts'
import { ec2Find } from './lookup.ts'
import { newTags } from './tags.ts'

/** Launch templates: versions are never changed, only added. */
export const launchTemplateOperations: Record<string, Operation> = {
  'ec2.CreateLaunchTemplate': operation(
    'LaunchTemplateName VersionDescription LaunchTemplateData TagSpecifications',
    (input, call) => {
      const name = requireParameter(input, 'LaunchTemplateName')
      if (!/^[A-Za-z0-9().\-/_]{3,128}$/.test(name))
        refuse(
          400,
          'InvalidLaunchTemplateName.MalformedException',
          'Launch template names have 3 to 128 letters, digits and ()./_-.',
        )
      if (named(call, name))
        refuse(400, 'InvalidLaunchTemplateName.AlreadyExistsException', 'Launch template name already in use.')
      const data = readData(object(input, 'LaunchTemplateData'))
      const tags = newTags(input, 'launch-template')
      const first = versionOf(call, 1, word(input, 'VersionDescription'), data)
      const template = createResource(
        call,
        'launch-template',
        newId(call, 'lt'),
        { name, preferred: 1, versions: [first] },
        { tags },
      )
      return { LaunchTemplate: describe(call, template) }
    },
  ),
  'ec2.CreateLaunchTemplateVersion': operation(
    'LaunchTemplateId LaunchTemplateName SourceVersion VersionDescription LaunchTemplateData',
    (input, call) => {
      const template = templateOf(call, input)
      const source = word(input, 'SourceVersion')
      const beneath = source === '' ? {} : object(pick(call, template, source), 'data')
      const data = { ...beneath, ...readData(object(input, 'LaunchTemplateData')) }
      const number = latest(template) + 1
      const version = versionOf(call, number, word(input, 'VersionDescription'), data)
      updateResource(call, template, { versions: [...versionsOf(template), version] })
      return { LaunchTemplateVersion: describeVersion(call, template, version) }
    },
  ),
  'ec2.DescribeLaunchTemplates': operation(
    'LaunchTemplateIds LaunchTemplateNames Filters MaxResults NextToken',
    (input, call) => {
      const ids = words(input, 'LaunchTemplateIds')
      const names = words(input, 'LaunchTemplateNames')
      const asked = [
        ...ids.map(id => ec2Find(call, 'launch-template', id)),
        ...names.map(name => named(call, name) ?? noName()),
      ]
      const resources = ids.length + names.length > 0 ? asked : listedResources(call, 'launch-template')
      const found = filteredThings(input, resources, {
        'launch-template-name': one => text(one, 'name'),
        'create-time': one => date(call, one.born),
      })
      const { rows, next } = page(input, found)
      return { LaunchTemplates: rows.map(one => describe(call, one)), ...nextToken(next) }
    },
  ),
  'ec2.DescribeLaunchTemplateVersions': operation(
    'LaunchTemplateId LaunchTemplateName Versions Filters MaxResults NextToken',
    (input, call) => {
      const template = templateOf(call, input)
      const asked = words(input, 'Versions')
      const versions = asked.length > 0 ? asked.map(one => pick(call, template, one)) : versionsOf(template)
      const found = filtered(input, versions, {
        'is-default-version': one => String(one.number === template.data.preferred),
        'image-id': one => word(object(one, 'data'), 'ImageId'),
        'instance-type': one => word(object(one, 'data'), 'InstanceType'),
      })
      const { rows, next } = page(input, found)
      return { LaunchTemplateVersions: rows.map(one => describeVersion(call, template, one)), ...nextToken(next) }
    },
  ),
  'ec2.ModifyLaunchTemplate': operation('LaunchTemplateId LaunchTemplateName DefaultVersion', (input, call) => {
    const template = templateOf(call, input)
    updateResource(call, template, {
      preferred: pick(call, template, requireParameter(input, 'DefaultVersion')).number ?? 1,
    })
    return { LaunchTemplate: describe(call, template) }
  }),
  'ec2.DeleteLaunchTemplate': operation('LaunchTemplateId LaunchTemplateName', (input, call) => {
    const template = templateOf(call, input)
    const answer = describe(call, template)
    removeResource(call, template)
    return { LaunchTemplate: answer }
  }),
}

/** What `{LaunchTemplateId | LaunchTemplateName, Version}` names; the default version when none is said. */
export function fromTemplate(call: Call, asked: JsonObject): { template: Resource; number: number; data: JsonObject } {
  const template = templateOf(call, asked)
  const version = pick(call, template, word(asked, 'Version') || '$Default')
  return { template, number: Number(version.number), data: object(version, 'data') }
}

function templateOf(call: Call, input: JsonObject): Resource {
  const id = word(input, 'LaunchTemplateId')
  const name = word(input, 'LaunchTemplateName')
  if ((id === '') === (name === '')) {
    refuse(400, 'InvalidParameterCombination', 'Either a launch template ID or a launch template name is required.')
  }
  return id === '' ? (named(call, name) ?? noName()) : ec2Find(call, 'launch-template', id)
}

function noName(): never {
  return refuse(
    400,
    'InvalidLaunchTemplateName.NotFoundException',
    'At least one of the launch templates specified in the request does not exist.',
  )
}

function named(call: Call, name: string): Resource | undefined {
  return resourcesOf(call, 'launch-template').find(one => text(one, 'name') === name)
}

function versionsOf(template: Resource): JsonObject[] {
  return objects(template.data, 'versions')
}

function latest(template: Resource): number {
  return Math.max(...versionsOf(template).map(one => Number(one.number)))
}

function pick(call: Call, template: Resource, asked: string): JsonObject {
  const special: Record<string, number> = { $Default: time(template, 'preferred'), $Latest: latest(template) }
  const number = special[asked] ?? Number(asked)
  const words = `Could not find the specified version ${asked} for the launch template with ID ${template.id}.`
  return (
    versionsOf(template).find(one => one.number === number) ??
    refuse(400, 'InvalidLaunchTemplateId.VersionNotFound', `${words} (${call.region})`)
  )
}

function versionOf(call: Call, number: number, description: string, data: JsonObject): JsonObject {
  return { number, description, createdAt: call.world.now(), data }
}

/** Its references are not looked up before something starts from it; only its words are checked. */
function readData(data: JsonObject): JsonObject {
  const known = launchFields.split(' ')
  const odd = Object.keys(data).find(name => data[name] !== undefined && !known.includes(name))
  if (odd) refuse(400, 'UnsupportedParameter', `The emulator does not simulate ${odd} of a launch template.`)
  if (Object.keys(data).length === 0)
    refuse(400, 'MissingParameter', 'The request must contain the parameter LaunchTemplateData')
  readUserData(word(data, 'UserData'))
  return data
}

function creator(call: Call): string {
  return `arn:aws:iam::${call.account}:user/sandbox`
}

function describe(call: Call, template: Resource): JsonObject {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: text(template, 'name'),
    CreateTime: date(call, template.born),
    CreatedBy: creator(call),
    DefaultVersionNumber: time(template, 'preferred'),
    LatestVersionNumber: latest(template),
    Tags: tagList(template),
  }
}

function describeVersion(call: Call, template: Resource, version: JsonObject): JsonObject {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: text(template, 'name'),
    VersionNumber: Number(version.number),
    ...(word(version, 'description') && { VersionDescription: word(version, 'description') }),
    CreateTime: date(call, Number(version.createdAt)),
    CreatedBy: creator(call),
    DefaultVersion: version.number === template.data.preferred,
    LaunchTemplateData: object(version, 'data'),
  }
}
