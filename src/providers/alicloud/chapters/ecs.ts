import { parseCidr } from '../../../answers/checks.ts'
import type { Values } from '../../../answers/question.ts'
import type { Drawing, Handle } from '../../../engine/kind.ts'
import { instance, keyPair, securityGroup, securityRules } from '../kinds/index.ts'
import type { AlicloudLive } from '../live.ts'
import type { Chapter, Machine, Subnet } from './chapter.ts'
import { asks } from './ecs-questions.ts'
import { machineCount, number, numbered, placesOf, tags, text, yes } from './names.ts'
import { type Rule, rulesOf } from './rules.ts'

/** Console: ECS → Create Instance. */
export const ecs: Chapter<AlicloudLive, 'network' | 'subnets', Machine[]> = {
  title: 'Create the ECS instance',
  asks,
  draw(on, values, { network, subnets, stack }) {
    const group = on.add('security-group', securityGroup, {
      vpcId: network.id,
      name: text(values, 'machine.groupName'),
      description: `The machines of ${stack}`,
    })
    on.add(
      'security-rules',
      securityRules,
      { groupId: group.get('id'), rules: rules(values, network.cidr) },
      { within: group },
    )
    const key = text(values, 'machine.login') === 'password' ? undefined : drawKey(on, values)
    const count = machineCount(values)
    const names = numbered(text(values, 'machine.name'), count)
    const addresses = numbered('instance', count)
    const hosts = numbered(text(values, 'machine.hostname'), count)
    return placesOf(values).map((place, i): Machine => {
      const made = on.add(addresses[i]!, instance, {
        ...hardware(values),
        name: names[i]!,
        hostName: hosts[i]!,
        description: text(values, 'machine.description'),
        vswitchId: (subnets[place] as Subnet).id,
        securityGroupId: group.get('id'),
        keyPair: key ? key.get('id') : '',
        password: key ? null : { $secret: 'machine.password' },
        tags: tags(values, 'machine.tags'),
      })
      return {
        id: made.get('id'),
        name: names[i]!,
        privateIp: made.get('privateIp'),
        publicIp: yes(values, 'machine.publicIp') ? made.get('publicIp') : undefined,
        address: made.address,
      }
    })
  },
}

function drawKey(on: Drawing, values: Values): Handle<{ id: string; fingerprint: string }> {
  return on.add('key-pair', keyPair, {
    name: text(values, 'machine.keyName'),
    publicKey: text(values, 'machine.publicKey'),
  })
}

/** What every machine has in common. */
function hardware(values: Values) {
  const subscription = text(values, 'machine.billing') === 'subscription'
  return {
    imageId: text(values, 'machine.image'),
    type: text(values, 'machine.type'),
    disk: { category: text(values, 'machine.diskCategory'), size: number(values, 'machine.diskSize', 40) },
    billing: subscription ? ('subscription' as const) : ('payg' as const),
    months: subscription ? number(values, 'machine.months', 1) : 0,
    bandwidth: yes(values, 'machine.publicIp') ? number(values, 'machine.bandwidth', 5) : 0,
  }
}

/** The ports people opened, SSH, and the load balancer's way in where the ports do not cover it. */
function rules(values: Values, vpcCidr: string): Rule[] {
  return rulesOf({
    ports: values['machine.ports'],
    sshFrom: values['machine.sshFrom'],
    backendPort: number(values, 'backend.port', 80),
    vpcCidr: parseCidr(vpcCidr)?.text ?? vpcCidr,
  })
}
