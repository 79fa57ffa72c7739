import { findResource, text } from '../../aws/core/resources.ts'
import { firstAccount } from '../../aws/protocol/accounts.ts'
import { publicIpOf } from '../../aws/services/ec2/network-interface.ts'
import { roleOfProfile } from '../../aws/services/iam/instance-profile.ts'
import type { Resource } from '../../world/model.ts'
import { inside } from '../container.ts'
import type { Machine } from '../machine.ts'
import { base64, programText } from '../programs.ts'
import type { Runtime } from '../runtime.ts'
import { groupsOf, type Placed } from './desired.ts'

/**
 * Starts the instance metadata service (version 2 only) on the machine itself, or only gives it new facts. It also hands
 * out the temporary keys of the machine's role, of the kind that the embedded cloud accepts. Can be repeated.
 */
export async function serveMetadata(runtime: Runtime, machine: Machine, facts: string): Promise<void> {
  const what = `The metadata service of ${machine.id} did not start.`
  const given = [facts, programText('metadata.py')].map(base64)
  await inside(runtime, machine.name, what, programText('serve-metadata.sh'), given)
}

/** What the service answers, by path, as JSON: `@NOW@` and `@LATER@` (six hours on) in it are times. */
export function metadataOf({ call, resource }: Placed): string {
  const link = findResource(call, 'network-interface', text(resource, 'interfaceId'))
  const publicIp = link ? publicIpOf(call, link) : ''
  const role = roleOfProfile(call, text(resource, 'profileArn'))
  const roleName = role ? text(role, 'name') : ''
  const meta: Record<string, string> = {
    'instance-id': resource.id,
    'ami-id': text(resource, 'imageId'),
    'instance-type': text(resource, 'type'),
    'local-ipv4': text(resource, 'privateIp'),
    hostname: hostName(resource),
    'local-hostname': hostName(resource),
    'placement/region': call.region,
    'placement/availability-zone': text(resource, 'zone'),
    'security-groups': groupsOf({ call, resource }).join('\n'),
    ...(publicIp && { 'public-ipv4': publicIp }),
    ...(roleName && {
      'iam/security-credentials': roleName,
      [`iam/security-credentials/${roleName}`]: JSON.stringify(credentials(call.account, resource.id)),
    }),
  }
  const document = {
    accountId: call.account,
    instanceId: resource.id,
    instanceType: text(resource, 'type'),
    imageId: text(resource, 'imageId'),
    region: call.region,
    availabilityZone: text(resource, 'zone'),
    privateIp: text(resource, 'privateIp'),
  }
  const entries = Object.entries(meta).map(([path, value]) => [`/latest/meta-data/${path}`, value])
  return JSON.stringify({
    ...Object.fromEntries(entries),
    '/latest/dynamic/instance-identity/document': JSON.stringify(document),
  })
}

/** `ip-10-0-1-10`. */
export function hostName(instance: Resource): string {
  return `ip-${text(instance, 'privateIp').replaceAll('.', '-')}`
}

/** The emulator accepts any key id with itself as the secret; the second account has one only. */
function credentials(account: string, instanceId: string): Record<string, string> {
  const id = account === firstAccount ? `ASIA${instanceId.slice(2).toUpperCase()}` : 'other'
  return {
    Code: 'Success',
    LastUpdated: '@NOW@',
    Type: 'AWS-HMAC',
    AccessKeyId: id,
    SecretAccessKey: id,
    Token: `role-of-${instanceId}`,
    Expiration: '@LATER@',
  }
}
