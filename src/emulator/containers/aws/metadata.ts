import { find, text } from '../../aws/core/resources.ts'
import { firstAccount } from '../../aws/protocol/accounts.ts'
import { publicIpOf } from '../../aws/services/ec2/network-interface.ts'
import { roleOfProfile } from '../../aws/services/iam/instance-profile.ts'
import type { Thing } from '../../world/model.ts'
import { inside, type Machine } from '../machine.ts'
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

/** What the service knows, by path. Texts as JSON: `@NOW@` and `@LATER@` are times. */
export function metadataOf({ call, thing }: Placed): string {
  const link = find(call, 'network-interface', text(thing, 'interfaceId'))
  const publicIp = link ? publicIpOf(call, link) : ''
  const role = roleOfProfile(call, text(thing, 'profileArn'))
  const roleName = role ? text(role, 'name') : ''
  const meta: Record<string, string> = {
    'instance-id': thing.id,
    'ami-id': text(thing, 'imageId'),
    'instance-type': text(thing, 'type'),
    'local-ipv4': text(thing, 'privateIp'),
    hostname: hostName(thing),
    'local-hostname': hostName(thing),
    'placement/region': call.region,
    'placement/availability-zone': text(thing, 'zone'),
    'security-groups': groupsOf({ call, thing }).join('\n'),
    ...(publicIp && { 'public-ipv4': publicIp }),
    ...(roleName && {
      'iam/security-credentials': roleName,
      [`iam/security-credentials/${roleName}`]: JSON.stringify(credentials(call.account, thing.id)),
    }),
  }
  const document = {
    accountId: call.account,
    instanceId: thing.id,
    instanceType: text(thing, 'type'),
    imageId: text(thing, 'imageId'),
    region: call.region,
    availabilityZone: text(thing, 'zone'),
    privateIp: text(thing, 'privateIp'),
  }
  const entries = Object.entries(meta).map(([path, value]) => [`/latest/meta-data/${path}`, value])
  return JSON.stringify({
    ...Object.fromEntries(entries),
    '/latest/dynamic/instance-identity/document': JSON.stringify(document),
  })
}

/** `ip-10-0-1-10`. */
export function hostName(instance: Thing): string {
  return `ip-${text(instance, 'privateIp').replaceAll('.', '-')}`
}

/** Any id is let in with itself as the secret; the second account has one name only. */
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
