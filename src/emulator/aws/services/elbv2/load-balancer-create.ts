import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { arn, hex } from '../../core/ids.ts'
import { objects, refuse, requireParameter, word, words } from '../../core/input.ts'
import { createResource, findResource, resourcesOf, text, texts } from '../../core/resources.ts'
import { tagsIn } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { createInterface, freeAddresses } from '../ec2/network-interface.ts'
import { describeBalancer } from './load-balancer-description.ts'
import { checkName, elbTagCodes, invalid, misconfigured, namedBalancer, oneOf, perRegion } from './lookup.ts'

/** How a load balancer comes to be: its subnets, groups, interfaces, names. */
export function createBalancer(input: JsonObject, call: Call): JsonObject {
  const name = requireParameter(input, 'Name', 'ValidationError')
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
  const before = namedBalancer(call, name)
  // The same settings answer the same load balancer, whatever their tags.
  if (before) return { LoadBalancers: [describeBalancer(call, same(before, settings))] }
  if (resourcesOf(call, 'load-balancer').filter(one => text(one, 'type') === type).length >= perRegion) {
    refuse(400, 'TooManyLoadBalancersException', 'The maximum number of load balancers has been reached.')
  }
  return { LoadBalancers: [describeBalancer(call, build(call, name, { ...settings, groups, vpcId }, subnets, tags))] }
}

function build(
  call: Call,
  name: string,
  settings: JsonObject & { type: string; scheme: string },
  subnets: Resource[],
  tags: Record<string, string>,
): Resource {
  const { type, scheme } = settings
  const isApp = type === 'application'
  const path = `${isApp ? 'app' : 'net'}/${name}/${hex(call.world, 16)}`
  const data = {
    ...settings,
    name,
    dnsName: dnsName(call, name, path, isApp, scheme),
    zoneId: isApp ? 'Z14GRHDCWA56QT' : 'Z31USIVHYNEOWT',
    readyAt: call.world.now() + (isApp ? times.applicationBalancer : times.networkBalancer),
    attributes: defaultAttributes(isApp),
    interfaces: subnets.map(subnet => interfaceIn(call, settings, path, subnet)),
  }
  return createResource(call, 'load-balancer', arn(call, 'elasticloadbalancing', `loadbalancer/${path}`), data, {
    tags,
  })
}

function same(before: Resource, settings: JsonObject): Resource {
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

/** Puts one of the load balancer's interfaces into the subnet; returns its id. */
export function interfaceIn(call: Call, settings: JsonObject, path: string, subnet: Resource): string {
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
export function readSubnets(call: Call, input: JsonObject, type: string, scheme: string): Resource[] {
  const ids = [...words(input, 'Subnets'), ...objects(input, 'SubnetMappings').map(one => word(one, 'SubnetId'))]
  if (ids.length === 0) invalid('You must specify either subnets or an outpost')
  const subnets = [...new Set(ids)].map(
    id =>
      findResource(call, 'subnet', id) ??
      refuse(400, 'SubnetNotFoundException', `The subnet ID '${id}' does not exist`),
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
  return resourcesOf(call, 'internet-gateway').some(one => text(one, 'vpcId') === vpcId)
}

/** The security groups, all of which must be of the VPC. */
export function readGroups(call: Call, ids: string[], vpcId: string): string[] {
  return ids.map(id => {
    const group = findResource(call, 'security-group', id)
    if (!group)
      return refuse(400, 'InvalidSecurityGroupException', `Security group ID '${id}' is invalid or does not exist`)
    if (text(group, 'vpcId') !== vpcId) {
      misconfigured(`One or more security groups are invalid: '${id}' does not belong to VPC '${vpcId}'`)
    }
    return id
  })
}

function defaultGroup(call: Call, vpcId: string): string[] {
  const group = resourcesOf(call, 'security-group').find(
    one => one.data.isDefault === true && text(one, 'vpcId') === vpcId,
  )
  return group ? [group.id] : []
}

function dnsName(call: Call, name: string, path: string, isApp: boolean, scheme: string): string {
  const low = name.toLowerCase()
  if (!isApp) return `${low}-${path.slice(-16)}.elb.${call.region}.amazonaws.com`
  const digits = String(Math.floor(call.world.random() * 9e9) + 1e9).slice(0, 10)
  return `${scheme === 'internal' ? 'internal-' : ''}${low}-${digits}.${call.region}.elb.amazonaws.com`
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
