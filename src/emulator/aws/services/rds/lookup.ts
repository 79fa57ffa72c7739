import { createHash } from 'node:crypto'
import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { arn } from '../../core/ids.ts'
import { flag, refuse, word, words } from '../../core/input.ts'
import { findResource, resourcesOf, text, texts, time } from '../../core/resources.ts'
import type { TagCodes } from '../../core/tags.ts'
import { createInterface } from '../ec2/network-interface.ts'
import type { Engine } from './catalog.ts'

/** What the databases' operations share. A resource's id is its ARN: names are the account's own in one region. */

/** How RDS refuses tags. */
export const rdsTagCodes: TagCodes = { bad: 'InvalidParameterValue' }

/** What RDS's ARNs name: the part before the name. */
export type RdsPart = 'db' | 'cluster' | 'subgrp' | 'snapshot' | 'cluster-snapshot'

const types: Record<RdsPart, [type: string, code: string, noun: string]> = {
  db: ['db-instance', 'DBInstanceNotFoundFault', 'DBInstance'],
  cluster: ['db-cluster', 'DBClusterNotFoundFault', 'DBCluster'],
  subgrp: ['db-subnet-group', 'DBSubnetGroupNotFoundFault', 'DB subnet group'],
  snapshot: ['db-snapshot', 'DBSnapshotNotFoundFault', 'DBSnapshot'],
  'cluster-snapshot': ['db-snapshot', 'DBClusterSnapshotNotFoundFault', 'DBClusterSnapshot'],
}

/** The ARN of a name in the call's account and region. */
export function rdsArn(call: Call, part: RdsPart, name: string): string {
  return arn(call, 'rds', `${part}:${name.toLowerCase()}`)
}

/** The resource of that name, or the cloud's refusal. */
export function rdsFind(call: Call, part: RdsPart, name: string): Resource {
  const [type, code, noun] = types[part]
  return findResource(call, type, rdsArn(call, part, name)) ?? refuse(404, code, `${noun} ${name} not found.`)
}

/** The resource of that name, if it is there. */
export function rdsLook(call: Call, part: RdsPart, name: string): Resource | undefined {
  return findResource(call, types[part][0], rdsArn(call, part, name))
}

/** The resource of that ARN, for tags. */
export function rdsByArn(call: Call, id: string): Resource {
  const part = id.split(':')[5] as RdsPart
  if (!id.startsWith('arn:aws:rds:') || !(part in types)) invalid(`Invalid resource name: ${id}`)
  return (
    findResource(call, types[part][0], id) ??
    refuse(404, types[part][1], `The specified resource name does not match an RDS resource in this region: ${id}`)
  )
}

/** Refuses with `InvalidParameterValue`. */
export function invalid(message: string): never {
  return refuse(400, 'InvalidParameterValue', message)
}

/** Refuses with `InvalidParameterCombination`. */
export function combination(message: string): never {
  return refuse(400, 'InvalidParameterCombination', message)
}

/** 1 to 63 letters, digits and hyphens; kept in lower case. */
export function checkIdentifier(name: string, parameter: string): string {
  if (!/^[a-z](-?[a-z0-9])*$/i.test(name) || name.length > 63) {
    invalid(
      `The parameter ${parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`,
    )
  }
  return name.toLowerCase()
}

/** The master user of a new database. The password is checked and not kept. */
export function readMaster(input: JsonObject, engine: Engine): string {
  const user = word(input, 'MasterUsername')
  if (user === '') invalid('The parameter MasterUsername must be provided and must not be blank.')
  if (!/^[a-z][a-z0-9_]*$/i.test(user) || user.length > (engine.port === 3306 ? 32 : 63)) {
    invalid(`MasterUsername ${user} is not valid.`)
  }
  if (engine.reserved.includes(user.toLowerCase())) {
    invalid(`MasterUsername ${user} cannot be used as it is a reserved word used by the engine`)
  }
  if (engine.port === 5432 && /^pg_/i.test(user)) {
    invalid(`MasterUsername ${user} is not valid: role names starting with "pg_" are reserved by the PostgreSQL engine`)
  }
  if (flag(input, 'ManageMasterUserPassword')) {
    refuse(400, 'UnsupportedParameter', 'The emulator does not simulate ManageMasterUserPassword.')
  }
  checkPassword(word(input, 'MasterUserPassword'), engine)
  return user
}

/** Refused when the engine would not take the master password. */
export function checkPassword(password: string, engine: Engine): void {
  if (password === '') invalid('The parameter MasterUserPassword must be provided and must not be blank.')
  const [least, most] = engine.passwords
  if (password.length < least) {
    invalid(`The parameter MasterUserPassword is not a valid password because it is shorter than ${least} characters.`)
  }
  if (password.length > most) {
    invalid(`The parameter MasterUserPassword is not a valid password because it is longer than ${most} characters.`)
  }
  if (!/^[!-~]*$/.test(password) || /[/"@]/.test(password)) {
    invalid(
      `The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides '/', '@', '"', ' ' may be used.`,
    )
  }
}

/** A database that is made along with its server: a plain name, or none. */
export function readDatabase(name: string, parameter: string): string {
  if (name !== '' && !/^[a-z]\w{0,62}$/i.test(name)) {
    invalid(`${parameter} must begin with a letter and contain only alphanumeric characters.`)
  }
  return name
}

/** The security groups asked for, or the VPC's own; all must be of the VPC. */
export function readSecurityGroups(call: Call, input: JsonObject, vpcId: string): string[] {
  const ids = words(input, 'VpcSecurityGroupIds')
  for (const id of ids) {
    const group = findResource(call, 'security-group', id)
    if (!group) invalid(`Invalid security group , groupId= ${id}, groupName=.`)
    if (text(group!, 'vpcId') !== vpcId) {
      combination('The DB instance and EC2 security group are in different VPCs.')
    }
  }
  if (ids.length > 0) return ids
  const group = resourcesOf(call, 'security-group').find(
    one => one.data.isDefault === true && text(one, 'vpcId') === vpcId,
  )
  return group ? [group.id] : []
}

/** The twelve characters in every endpoint of an account and region. */
export function endpointPart(call: Call): string {
  const digest = createHash('sha256').update(`${call.account} ${call.region}`).digest('hex')
  return `c${digest.replace(/\d/g, digit => 'ghjkmnpqrs'[Number(digit)]!).slice(0, 11)}`
}

/** The subnets of a group, each with its zone. */
export function subnetsOf(call: Call, group: Resource): Resource[] {
  return texts(group, 'subnets').flatMap(id => findResource(call, 'subnet', id) ?? [])
}

/** A database server's interface in its subnet; it outlives the server for a while. */
export function interfaceFor(call: Call, subnet: Resource, groups: string[], isPublic: boolean): string {
  return createInterface(call, { subnet, groups, description: 'RDSNetworkInterface', owner: 'amazon-rds', isPublic }).id
}

/** Security groups as answers list them. */
export function groupBlocks(groups: string[]): JsonObject[] {
  return groups.map(VpcSecurityGroupId => ({ VpcSecurityGroupId, Status: 'active' }))
}

/** `modifying` is to be seen from a moment after the call until its end. */
export function isModifying(call: Call, resource: Resource): boolean {
  const now = call.world.now()
  return now >= time(resource, 'changesFrom') && now < time(resource, 'changesUntil')
}
