#!/usr/bin/env node
// Writes src/emulator/alicloud/protocol/table.json: what the official SDKs know of the actions that the embedded cloud
// answers. The table is the judge of every request and of every answer there, so it must not come from us.
//
//   NODE_PATH=node_modules node scripts/alicloud-table.mjs --slb DIR --sts DIR
//
// vpc, ecs and rds come from the typed npm SDKs in node_modules (development dependencies).
// --slb: the official Python SDK, unpacked. The typed npm package of CLB is not published.
//        pip download --no-deps alibabacloud_slb20140515==3.3.31, then unzip the wheel into DIR.
// --sts: the official npm SDK, unpacked: npm pack @alicloud/sts20150401@1.2.0, then tar -xzf; DIR is its `package`.
//
// The table: product → {version, source, actions: {Action: {in, out}}}. A shape is
//   's' string · 'n' number · 'i' whole number · 'b' boolean · '*' anything · 'm' map of strings
//   [shape] list · {Name: shape} object; `Name!` is a required parameter.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const require = createRequire(import.meta.url)
const target = new URL('../src/emulator/alicloud/protocol/table.json', import.meta.url)

const wanted = {
  vpc: `CreateVpc DeleteVpc DescribeVpcs DescribeVpcAttribute ModifyVpcAttribute CreateVSwitch DeleteVSwitch DescribeVSwitches
    DescribeVSwitchAttributes ModifyVSwitchAttribute TagResources UnTagResources ListTagResources DescribeRegions DescribeZones
    DescribeVRouters DescribeRouteTableList AllocateEipAddress AssociateEipAddress UnassociateEipAddress ReleaseEipAddress
    DescribeEipAddresses CreateNatGateway DeleteNatGateway DescribeNatGateways CreateSnatEntry DeleteSnatEntry
    DescribeSnatTableEntries`,
  ecs: `DescribeRegions DescribeZones DescribeAvailableResource DescribeInstanceTypes DescribeInstanceTypeFamilies DescribeImages
    DescribeImageFromFamily CreateSecurityGroup DeleteSecurityGroup DescribeSecurityGroups DescribeSecurityGroupAttribute
    ModifySecurityGroupAttribute AuthorizeSecurityGroup RevokeSecurityGroup ImportKeyPair CreateKeyPair DeleteKeyPairs
    DescribeKeyPairs AttachKeyPair DetachKeyPair RunInstances DescribeInstances DescribeInstanceStatus DescribeInstanceAttribute
    StartInstance StartInstances StopInstance StopInstances RebootInstance DeleteInstance DeleteInstances ModifyInstanceAttribute
    ModifyInstanceChargeType DescribeDisks DescribeNetworkInterfaces AllocatePublicIpAddress DescribeCloudAssistantStatus
    RunCommand InvokeCommand DescribeInvocations DescribeInvocationResults StopInvocation DescribeUserData TagResources
    UntagResources ListTagResources AddTags DescribeTags DescribeAccountAttributes`,
  rds: `CreateDBInstance DeleteDBInstance DescribeDBInstances DescribeDBInstanceAttribute DescribeDBInstanceNetInfo
    DescribeAvailableZones DescribeAvailableClasses DescribeRegions ModifySecurityIps DescribeDBInstanceIPArrayList CreateAccount
    DeleteAccount DescribeAccounts ResetAccountPassword GrantAccountPrivilege RevokeAccountPrivilege ModifyAccountDescription
    CreateDatabase DeleteDatabase DescribeDatabases ModifyDBDescription TagResources UntagResources ListTagResources
    ModifyDBInstanceDeletionProtection TransformDBInstancePayType AllocateInstancePublicConnection ModifyDBInstanceDescription
    CreateBackup DescribeBackups DescribeBackupTasks`,
  sts: 'GetCallerIdentity',
  slb: `CreateLoadBalancer DeleteLoadBalancer DescribeLoadBalancers DescribeLoadBalancerAttribute SetLoadBalancerName
    SetLoadBalancerDeleteProtection SetLoadBalancerStatus CreateVServerGroup DeleteVServerGroup DescribeVServerGroups
    DescribeVServerGroupAttribute SetVServerGroupAttribute AddVServerGroupBackendServers RemoveVServerGroupBackendServers
    ModifyVServerGroupBackendServers CreateLoadBalancerHTTPListener SetLoadBalancerHTTPListenerAttribute
    DescribeLoadBalancerHTTPListenerAttribute DescribeLoadBalancerListeners StartLoadBalancerListener StopLoadBalancerListener
    DeleteLoadBalancerListener DescribeHealthStatus DescribeAvailableResource DescribeRegions DescribeZones CreateRules DeleteRules
    DescribeRules TagResources UntagResources ListTagResources`,
}

/** The typed SDKs say only `number`; these parameters are fractions in the API reference. */
const fractions = /Price|Memory|CpuCoreCount$/

const { values } = parseArgs({ options: { slb: { type: 'string' }, sts: { type: 'string' } } })
if (!values.slb || !values.sts) {
  console.error('usage: node scripts/alicloud-table.mjs --slb DIR --sts DIR (see the head of the script)')
  process.exit(2)
}

const table = {
  vpc: typed('vpc', '2016-04-28', packageDir('@alicloud/vpc20160428')),
  ecs: typed('ecs', '2014-05-26', packageDir('@alicloud/ecs20140526')),
  rds: typed('rds', '2014-08-15', packageDir('@alicloud/rds20140815')),
  sts: typed('sts', '2015-04-01', values.sts),
  slb: python('slb', '2014-05-15', values.slb, 'alibabacloud_slb20140515'),
}
writeFileSync(target, pretty(table))
const bytes = readFileSync(target).length
console.log(`${Object.values(table).reduce((n, p) => n + Object.keys(p.actions).length, 0)} actions, ${bytes} bytes`)

/** One action a line, so that a newer SDK shows as a readable difference. */
function pretty(products) {
  const parts = Object.entries(products).map(([name, { actions, ...head }]) => {
    const lines = Object.entries(actions).map(([action, shape]) => `${JSON.stringify(action)}:${JSON.stringify(shape)}`)
    return `${JSON.stringify(name)}:${JSON.stringify(head).slice(0, -1)},"actions":{\n${lines.join(',\n')}\n}}`
  })
  return `{\n${parts.join(',\n')}\n}\n`
}

function packageDir(name) {
  return join(new URL('..', import.meta.url).pathname, 'node_modules', name)
}

// ── the typed npm SDKs ──────────────────────────────────────────────────────────────────────────────────────

function typed(product, version, dir) {
  const own = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'))
  const models = Object.assign({}, ...typedSources(dir, '.js').map(file => require(file)))
  const required = requiredOf(typedSources(dir, '.d.ts'))
  const actions = {}
  for (const action of wanted[product].split(/\s+/)) {
    // A ShrinkRequest is what really goes over the wire: its structures are JSON strings.
    const request = models[`${action}ShrinkRequest`] ?? models[`${action}Request`]
    const answer = models[`${action}ResponseBody`]
    if (!answer) throw new Error(`${product}.${action} is not in ${own.name}`)
    actions[action] = {
      in: request ? typedShape(request, required, true) : {},
      out: typedShape(answer, required, false),
    }
  }
  return { version, source: `${own.name}@${own.version}`, actions }
}

/** Newer packages keep a file a model in dist/models; older ones all in dist/client. */
function typedSources(dir, ending) {
  const dist = join(dir, 'dist')
  const folder = readdirSync(dist).includes('models') ? join(dist, 'models') : undefined
  if (!folder) return [join(dist, `client${ending}`)]
  return readdirSync(folder)
    .filter(name => name.endsWith(ending) && !name.startsWith('model.'))
    .map(name => join(folder, name))
}

/** `Class.property` of everything whose comment says it is required. */
function requiredOf(files) {
  const found = new Set()
  for (const file of files) {
    let owner = ''
    let comment = ''
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const start = /^export declare class (\w+)/.exec(line)
      if (start) owner = start[1]
      if (line.trim().startsWith('/**')) comment = ''
      if (line.trim().startsWith('*')) comment += line
      const property = /^ {4}(\w+)\??: /.exec(line)
      if (!property) continue
      if (comment.includes('This parameter is required.')) found.add(`${owner}.${property[1]}`)
      comment = ''
    }
  }
  return found
}

function typedShape(model, required, request) {
  const names = model.names()
  const types = model.types()
  const shape = {}
  for (const [property, wire] of Object.entries(names)) {
    const needed = request && required.has(`${model.name}.${property}`)
    place(shape, wire, needed, typedValue(types[property], wire, required, request))
  }
  return shape
}

function typedValue(type, wire, required, request) {
  if (type === 'string') return 's'
  if (type === 'number') return request && !fractions.test(wire) ? 'i' : 'n'
  if (type === 'boolean') return 'b'
  if (type === 'any') return '*'
  if (typeof type === 'function') return typedShape(type, required, request)
  if (type?.type === 'array') return [typedValue(type.itemType, wire, required, request)]
  if (type?.type === 'map') return 'm'
  throw new Error(`unknown type of ${wire}: ${JSON.stringify(type)}`)
}

/** Some wire names are paths (`SystemDisk.Category`). */
function place(shape, wire, needed, value) {
  const path = wire.split('.')
  const last = path.pop()
  let at = shape
  for (const part of path) {
    at[part] ??= {}
    at = at[part]
  }
  at[needed ? `${last}!` : last] = value
}

// ── the Python SDK ──────────────────────────────────────────────────────────────────────────────────────────

function python(product, version, dir, name) {
  const folder = join(dir, name, 'models')
  const classes = new Map()
  for (const file of readdirSync(folder).filter(file => file.startsWith('_') && file !== '__init__.py')) {
    for (const [key, parsed] of pythonClasses(readFileSync(join(folder, file), 'utf8'))) classes.set(key, parsed)
  }
  const release = readdirSync(dir).find(entry => entry.endsWith('.dist-info')) ?? name
  const actions = {}
  for (const action of wanted[product].split(/\s+/)) {
    const answer = `${action}ResponseBody`
    if (!classes.has(answer)) throw new Error(`${product}.${action} is not in ${name}`)
    const request = [`${action}ShrinkRequest`, `${action}Request`].find(key => classes.has(key))
    actions[action] = {
      in: request ? pythonShape(classes, request, true) : {},
      out: pythonShape(classes, answer, false),
    }
  }
  return { version, source: `${release.replace('.dist-info', '').replace('-', '@')} (Python)`, actions }
}

/** Class name → its fields: {wire, type, required}. */
function pythonClasses(text) {
  return text
    .split(/^class /m)
    .slice(1)
    .map(source => {
      const name = /^\w+/.exec(source)[0]
      const types = new Map([...source.matchAll(/^ {8}(\w+): (.+?) = None,$/gm)].map(match => [match[1], match[2]]))
      const wires = new Map(
        [...source.matchAll(/^ +result\['([^']+)'\] = self\.(\w+)/gm)].map(match => [match[2], match[1]]),
      )
      for (const match of source.matchAll(/^ {8}result\['([^']+)'\] = \[\]\n {8}if self\.(\w+) is not None/gm)) {
        wires.set(match[2], match[1])
      }
      const required = pythonRequired(source)
      const fields = [...types].map(([key, type]) => {
        const wire = wires.get(key)
        if (!wire) throw new Error(`no wire name for ${name}.${key}`)
        return { wire, type, required: required.has(key) }
      })
      return [name, fields]
    })
}

function pythonRequired(source) {
  const found = new Set()
  let comment = ''
  for (const line of source.split('\n')) {
    if (line.startsWith('        #')) comment += line
    const assignment = /^ {8}self\.(\w+) = \w+$/.exec(line)
    if (!assignment) continue
    if (comment.includes('This parameter is required.')) found.add(assignment[1])
    comment = ''
  }
  return found
}

function pythonShape(classes, name, request) {
  const shape = {}
  for (const field of classes.get(name) ?? fail(`no class ${name}`)) {
    place(shape, field.wire, request && field.required, pythonValue(classes, field.type, request))
  }
  return shape
}

function pythonValue(classes, type, request) {
  if (type === 'str') return 's'
  if (type === 'int') return request ? 'i' : 'n'
  if (type === 'float') return 'n'
  if (type === 'bool') return 'b'
  if (type === 'Any') return '*'
  if (type.startsWith('Dict[')) return 'm'
  if (type.startsWith('List[')) return [pythonValue(classes, type.slice(5, -1), request)]
  if (type.startsWith('main_models.')) return pythonShape(classes, type.slice(12), request)
  return fail(`unknown type ${type}`)
}

function fail(message) {
  throw new Error(message)
}
