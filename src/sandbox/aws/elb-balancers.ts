import type { JsonObject } from '../../kind.ts'
import type { Call, Operation, Thing } from '../model.ts'
import {
  all,
  arn,
  change,
  date,
  find,
  hex,
  leave,
  listed,
  make,
  need,
  objects,
  operation,
  refuse,
  text,
  texts,
  time,
  word,
  words,
} from './ask.ts'
import { tagList } from './ec2-tags.ts'
import {
  attributeList,
  balancerPath,
  checkName,
  elbFind,
  elbFindAny,
  invalid,
  isApplication,
  misconfigured,
  oneOf,
  readAttributes,
} from './elb-find.ts'
import { createInterface, freeAddresses, releaseInterface } from './interfaces.ts'
import { managedTimes } from './managed-times.ts'
import { page } from './page.ts'
import { moreTags, type TagCodes, tagsIn, withoutTags } from './tag-words.ts'

export const elbTagCodes: TagCodes = {
  bad: 'ValidationError',
  twice: 'DuplicateTagKeysException',
  tooMany: 'TooManyTagsException',
}

const perRegion = 50

/** Application and network load balancers. */
export const balancerOperations: Record<string, Operation> = {
  'elbv2.CreateLoadBalancer': operation(
    'Name Subnets SubnetMappings SecurityGroups Scheme Tags Type IpAddressType',
    createBalancer,
  ),
  'elbv2.DescribeLoadBalancers': operation('LoadBalancerArns Names Marker PageSize', (input, call) => {
    const arns = words(input, 'LoadBalancerArns')
    const names = words(input, 'Names')
    if (arns.length > 0 && names.length > 0)
      invalid('Load balancer names and load balancer ARNs cannot be specified at the same time')
    const found =
      arns.length > 0
        ? arns.map(one => elbFind(call, 'load-balancer', one))
        : names.length > 0
          ? names.map(name => named(call, name) ?? unknownName(name))
          : listed(call, 'load-balancer')
    const { rows, next } = page(input, found, { limit: 'PageSize', token: 'Marker', size: 400 })
    return { LoadBalancers: rows.map(one => describe(call, one)), ...marker(next) }
  }),
  'elbv2.DeleteLoadBalancer': operation('LoadBalancerArn', (input, call) => {
    const id = need(input, 'LoadBalancerArn', 'ValidationError')
    const balancer = find(call, 'load-balancer', id)
    // Deleting what is not there succeeds (facts §7).
    if (!balancer) return {}
    if (attributesOf(balancer)['deletion_protection.enabled'] === 'true') {
      refuse(
        400,
        'OperationNotPermittedException',
        `Load balancer '${balancer.id}' cannot be deleted because deletion protection is enabled`,
      )
    }
    for (const listener of listenersOf(call, balancer)) dropListener(call, listener)
    for (const one of texts(balancer, 'interfaces')) {
      releaseInterface(call, one, managedTimes.balancerInterfaceLingers)
    }
    leave(call, balancer)
    return {}
  }),
  'elbv2.DescribeLoadBalancerAttributes': operation('LoadBalancerArn', (input, call) => {
    const balancer = balancerOf(call, input)
    return { Attributes: attributeList(attributesOf(balancer)) }
  }),
  'elbv2.ModifyLoadBalancerAttributes': operation('LoadBalancerArn Attributes', (input, call) => {
    const balancer = balancerOf(call, input)
    const attributes = readAttributes(input, attributesOf(balancer), 'Load balancer')
    const idle = Number(attributes['idle_timeout.timeout_seconds'] ?? 60)
    if (!(idle >= 1 && idle <= 4000)) misconfigured("'idle_timeout.timeout_seconds' must be between '1' and '4000'")
    change(call, balancer, { attributes })
    return { Attributes: attributeList(attributes) }
  }),
  'elbv2.SetSecurityGroups': operation('LoadBalancerArn SecurityGroups', (input, call) => {
    const balancer = balancerOf(call, input)
    // A network load balancer that began without groups can never get any, and must keep one (facts §7).
    if (!isApplication(balancer) && texts(balancer, 'groups').length === 0) {
      misconfigured('Security groups cannot be associated with a load balancer that was created without any.')
    }
    const groups = readGroups(call, words(input, 'SecurityGroups'), text(balancer, 'vpcId'))
    if (groups.length === 0) invalid('At least one security group must be specified')
    change(call, balancer, { groups })
    for (const id of texts(balancer, 'interfaces')) {
      const one = find(call, 'network-interface', id)
      if (one) change(call, one, { groups })
    }
    return { SecurityGroupIds: groups }
  }),
  'elbv2.SetSubnets': operation('LoadBalancerArn Subnets SubnetMappings', (input, call) => {
    const balancer = balancerOf(call, input)
    const subnets = readSubnets(call, input, text(balancer, 'type'), text(balancer, 'scheme'))
    const before = texts(balancer, 'interfaces').map(id => find(call, 'network-interface', id))
    const kept = before.filter(one => one && subnets.some(subnet => subnet.id === text(one, 'subnetId')))
    for (const one of before) {
      if (one && !kept.includes(one)) releaseInterface(call, one.id, managedTimes.balancerInterfaceLingers)
    }
    const fresh = subnets.filter(subnet => !kept.some(one => one && text(one, 'subnetId') === subnet.id))
    const path = balancerPath(balancer)
    const added = fresh.map(subnet => interfaceIn(call, balancer.data, path, subnet))
    change(call, balancer, {
      subnets: subnets.map(one => one.id),
      interfaces: [...kept.map(one => one!.id), ...added],
    })
    return { AvailabilityZones: zonesOf(call, balancer) }
  }),
  'elbv2.AddTags': operation('ResourceArns Tags', (input, call) => {
    const tags = tagsIn(input, elbTagCodes)
    for (const thing of words(input, 'ResourceArns').map(one => elbFindAny(call, one))) {
      thing.tags = moreTags(thing, tags, elbTagCodes)
      call.world.touch(thing)
    }
    return {}
  }),
  'elbv2.RemoveTags': operation('ResourceArns TagKeys', (input, call) => {
    for (const thing of words(input, 'ResourceArns').map(one => elbFindAny(call, one))) {
      thing.tags = withoutTags(thing, words(input, 'TagKeys'))
      call.world.touch(thing)
    }
    return {}
  }),
  'elbv2.DescribeTags': operation('ResourceArns', (input, call) => {
    const arns = words(input, 'ResourceArns')
    if (arns.length > 20) invalid('The number of resources cannot be more than 20')
    return {
      TagDescriptions: arns.map(one => ({ ResourceArn: one, Tags: tagList(elbFindAny(call, one)) })),
    }
  }),
  'elbv2.DescribeAccountLimits': operation('Marker PageSize', () => ({
    Limits: Object.entries({
      'application-load-balancers': perRegion,
      'network-load-balancers': perRegion,
      'target-groups': 3000,
      'listeners-per-application-load-balancer': 50,
      'rules-per-application-load-balancer': 100,
      'targets-per-application-load-balancer': 1000,
    }).map(([Name, Max]) => ({ Name, Max: String(Max) })),
  })),
}

export function balancerOf(call: Call, input: JsonObject): Thing {
  return elbFind(call, 'load-balancer', need(input, 'LoadBalancerArn', 'ValidationError'))
}

export function balancerState(call: Call, balancer: Thing): 'provisioning' | 'active' {
  return call.world.now() < time(balancer, 'readyAt') ? 'provisioning' : 'active'
}

export function listenersOf(call: Call, balancer: Thing): Thing[] {
  return all(call, 'listener').filter(one => text(one, 'balancerId') === balancer.id)
}

/** A listener goes with its rules. What it forwarded to counts as used for a moment longer. */
export function dropListener(call: Call, listener: Thing): void {
  const rules = all(call, 'rule').filter(one => text(one, 'listenerId') === listener.id)
  const until = call.world.now() + managedTimes.listenerForgotten
  for (const id of [listener, ...rules].flatMap(forwardsTo)) {
    const group = find(call, 'target-group', id)
    if (group) change(call, group, { usedUntil: until })
  }
  for (const id of certificatesOf(listener)) {
    const certificate = find(call, 'certificate', id)
    if (certificate) change(call, certificate, { usedUntil: until })
  }
  for (const rule of rules) leave(call, rule)
  leave(call, listener)
}

/** The target groups that a listener's or rule's actions name. */
export function forwardsTo(thing: Thing): string[] {
  return objects(thing.data, 'actions').flatMap(action =>
    objects((action.ForwardConfig as JsonObject) ?? {}, 'TargetGroups').map(one => word(one, 'TargetGroupArn')),
  )
}

export function certificatesOf(listener: Thing): string[] {
  return objects(listener.data, 'certificates').map(one => word(one, 'CertificateArn'))
}

export function marker(next: string | undefined): JsonObject {
  return next === undefined ? {} : { NextMarker: next }
}

export function zonesOf(call: Call, balancer: Thing): JsonObject[] {
  return texts(balancer, 'subnets').map(id => {
    const subnet = find(call, 'subnet', id)
    return { ZoneName: subnet ? text(subnet, 'zone') : '', SubnetId: id, LoadBalancerAddresses: [] }
  })
}

function named(call: Call, name: string): Thing | undefined {
  return all(call, 'load-balancer').find(one => text(one, 'name') === name)
}

function unknownName(name: string): never {
  return refuse(400, 'LoadBalancerNotFoundException', `Load balancers '[${name}]' not found`)
}

function createBalancer(input: JsonObject, call: Call): JsonObject {
  const name = need(input, 'Name', 'ValidationError')
  const type = oneOf(input, 'Type', 'application', ['application', 'network'])
  const scheme = oneOf(input, 'Scheme', 'internet-facing', ['internet-facing', 'internal'])
  checkName(name, 'Load balancer')
  if (name.toLowerCase().startsWith('internal-'))
    invalid(`Load balancer name '${name}' cannot be prefixed with 'internal-'`)
  if (oneOf(input, 'IpAddressType', 'ipv4', ['ipv4']) !== 'ipv4') return {}
  const tags = tagsIn(input, elbTagCodes)
  const subnets = readSubnets(call, input, type, scheme)
  const vpcId = text(subnets[0]!, 'vpcId')
  const asked = readGroups(call, words(input, 'SecurityGroups'), vpcId)
  const groups = asked.length === 0 && type === 'application' ? defaultGroup(call, vpcId) : asked
  const settings = { type, scheme, subnets: subnets.map(one => one.id).sort(), groups: [...groups].sort() }
  const before = named(call, name)
  // The same settings answer the same load balancer, whatever their tags (facts §2).
  if (before) return { LoadBalancers: [describe(call, same(before, settings))] }
  if (all(call, 'load-balancer').filter(one => text(one, 'type') === type).length >= perRegion) {
    refuse(400, 'TooManyLoadBalancersException', 'The maximum number of load balancers has been reached.')
  }
  return { LoadBalancers: [describe(call, build(call, name, { ...settings, groups, vpcId }, subnets, tags))] }
}

function build(
  call: Call,
  name: string,
  settings: JsonObject & { type: string; scheme: string },
  subnets: Thing[],
  tags: Record<string, string>,
): Thing {
  const { type, scheme } = settings
  const isApp = type === 'application'
  const path = `${isApp ? 'app' : 'net'}/${name}/${hex(call.world, 16)}`
  const data = {
    ...settings,
    name,
    dnsName: dnsName(call, name, path, isApp, scheme),
    zoneId: isApp ? 'Z14GRHDCWA56QT' : 'Z31USIVHYNEOWT',
    readyAt: call.world.now() + (isApp ? managedTimes.applicationBalancer : managedTimes.networkBalancer),
    attributes: defaultAttributes(isApp),
    interfaces: subnets.map(subnet => interfaceIn(call, settings, path, subnet)),
  }
  return make(call, 'load-balancer', arn(call, 'elasticloadbalancing', `loadbalancer/${path}`), data, { tags })
}

function same(before: Thing, settings: JsonObject): Thing {
  const sorted = (name: string) => texts(before, name).sort().join()
  const equal =
    text(before, 'type') === settings.type &&
    text(before, 'scheme') === settings.scheme &&
    sorted('subnets') === String(settings.subnets) &&
    sorted('groups') === String(settings.groups)
  if (equal) return before
  return refuse(
    400,
    'DuplicateLoadBalancerNameException',
    `A load balancer with the same name '${text(before, 'name')}' exists, but with different settings`,
  )
}

function interfaceIn(call: Call, settings: JsonObject, path: string, subnet: Thing): string {
  const isApp = settings.type === 'application'
  return createInterface(call, {
    subnet,
    groups: Array.isArray(settings.groups) ? settings.groups.map(String) : [],
    description: `ELB ${path}`,
    owner: isApp ? 'amazon-elb' : 'amazon-aws',
    kind: isApp ? 'interface' : 'network_load_balancer',
    isPublic: settings.scheme === 'internet-facing',
  }).id
}

/** Application load balancers want two zones; no load balancer takes two subnets of one zone. */
function readSubnets(call: Call, input: JsonObject, type: string, scheme: string): Thing[] {
  const ids = [...words(input, 'Subnets'), ...objects(input, 'SubnetMappings').map(one => word(one, 'SubnetId'))]
  if (ids.length === 0) invalid('You must specify either subnets or an outpost')
  const subnets = [...new Set(ids)].map(
    id => find(call, 'subnet', id) ?? refuse(400, 'SubnetNotFoundException', `The subnet ID '${id}' does not exist`),
  )
  if (type === 'application' && subnets.length < 2) {
    invalid('At least two subnets in two different Availability Zones must be specified')
  }
  const zones = new Set(subnets.map(one => text(one, 'zone')))
  if (zones.size < subnets.length) {
    misconfigured('A load balancer cannot be attached to multiple subnets in the same Availability Zone')
  }
  const vpcs = new Set(subnets.map(one => text(one, 'vpcId')))
  if (vpcs.size > 1) misconfigured('All subnets must belong to the same VPC')
  if (scheme === 'internet-facing' && !hasInternet(call, text(subnets[0]!, 'vpcId'))) {
    refuse(400, 'InvalidSubnetException', `VPC ${[...vpcs][0]} has no internet gateway`)
  }
  for (const subnet of subnets) {
    if (freeAddresses(call, subnet) < (type === 'application' ? 8 : 1)) {
      refuse(
        400,
        'InvalidSubnetException',
        `Not enough IP space available in ${subnet.id}. ELB requires at least 8 free IP addresses in each subnet.`,
      )
    }
  }
  return subnets
}

function hasInternet(call: Call, vpcId: string): boolean {
  return all(call, 'internet-gateway').some(one => text(one, 'vpcId') === vpcId)
}

function readGroups(call: Call, ids: string[], vpcId: string): string[] {
  return ids.map(id => {
    const group = find(call, 'security-group', id)
    if (!group)
      return refuse(400, 'InvalidSecurityGroupException', `Security group ID '${id}' is invalid or does not exist`)
    if (text(group, 'vpcId') !== vpcId) {
      misconfigured(`One or more security groups are invalid: '${id}' does not belong to VPC '${vpcId}'`)
    }
    return id
  })
}

function defaultGroup(call: Call, vpcId: string): string[] {
  const group = all(call, 'security-group').find(one => one.data.isDefault === true && text(one, 'vpcId') === vpcId)
  return group ? [group.id] : []
}

function dnsName(call: Call, name: string, path: string, isApp: boolean, scheme: string): string {
  const low = name.toLowerCase()
  if (!isApp) return `${low}-${path.slice(-16)}.elb.${call.region}.amazonaws.com`
  const digits = String(Math.floor(call.world.random() * 9e9) + 1e9).slice(0, 10)
  return `${scheme === 'internal' ? 'internal-' : ''}${low}-${digits}.${call.region}.elb.amazonaws.com`
}

function attributesOf(balancer: Thing): JsonObject {
  return { ...(balancer.data.attributes as JsonObject) }
}

function defaultAttributes(isApp: boolean): JsonObject {
  const both = {
    'access_logs.s3.enabled': 'false',
    'access_logs.s3.bucket': '',
    'access_logs.s3.prefix': '',
    'deletion_protection.enabled': 'false',
    'load_balancing.cross_zone.enabled': isApp ? 'true' : 'false',
  }
  if (!isApp) return { ...both, 'dns_record.client_routing_policy': 'any_availability_zone' }
  return {
    ...both,
    'idle_timeout.timeout_seconds': '60',
    'client_keep_alive.seconds': '3600',
    'routing.http2.enabled': 'true',
    'routing.http.desync_mitigation_mode': 'defensive',
    'routing.http.drop_invalid_header_fields.enabled': 'false',
    'routing.http.preserve_host_header.enabled': 'false',
    'routing.http.xff_client_port.enabled': 'false',
    'routing.http.xff_header_processing.mode': 'append',
    'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': 'false',
    'waf.fail_open.enabled': 'false',
    'zonal_shift.config.enabled': 'false',
  }
}

function describe(call: Call, balancer: Thing): JsonObject {
  return {
    LoadBalancerArn: balancer.id,
    LoadBalancerName: text(balancer, 'name'),
    DNSName: text(balancer, 'dnsName'),
    CanonicalHostedZoneId: text(balancer, 'zoneId'),
    CreatedTime: date(call, balancer.born),
    Scheme: text(balancer, 'scheme'),
    VpcId: text(balancer, 'vpcId'),
    State: { Code: balancerState(call, balancer) },
    Type: text(balancer, 'type'),
    AvailabilityZones: zonesOf(call, balancer),
    SecurityGroups: texts(balancer, 'groups'),
    IpAddressType: 'ipv4',
  }
}
