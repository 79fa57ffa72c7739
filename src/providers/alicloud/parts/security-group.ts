import { includesEveryone, nameProblem, openToEveryone, parseCidr } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import type { Handle } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { AlicloudLookups } from '../lookups.ts'
import { securityGroup as groupResource } from '../resources/ecs/security-group.ts'
import { securityRules } from '../resources/ecs/security-rules.ts'
import { inboundRules, opens, portsProblem, sourcesProblem } from './inbound-rules.ts'
import { number, text, yes } from './names.ts'
import type { Vpc } from './vpc.ts'

/** Console: ECS → Security Groups, and the ports that "Create Instance" offers to open. */
export const securityGroup = { questions, draw }

function questions(): Question<AlicloudLookups>[] {
  return [
    {
      key: 'machine.groupName',
      label: 'Security group name',
      help: 'A security group is the machines’ firewall.',
      type: 'text',
      default: ({ stack }) => `${stack}-sg`,
      check: value => nameProblem(value, { min: 2, max: 128 }),
      advanced: true,
    },
    {
      key: 'machine.ports',
      label: 'Ports open to everyone',
      help: 'The page’s tick boxes: 80 is HTTP, 443 is HTTPS, icmp is ping. Also 8000-8100 or 53/udp.',
      type: 'list',
      open: true,
      choices: () => [
        { value: '80', name: 'HTTP (80)' },
        { value: '443', name: 'HTTPS (443)' },
        { value: 'icmp', name: 'ICMP' },
      ],
      default: () => ['80', '443', 'icmp'],
      check: portsProblem,
      caution: (value, values) =>
        yes(values, 'machine.publicIp') && opens(value, 22)
          ? 'machine.ports opens SSH (port 22) to the whole internet, whatever machine.sshFrom says. Leave out 22 here: machine.sshFrom opens it to the addresses you name.'
          : undefined,
    },
    {
      key: 'machine.sshFrom',
      label: 'SSH (22) allowed from',
      help: 'Addresses or CIDR blocks. 0.0.0.0/0 is everywhere, as in the tutorial; your own address is safer. Leave it empty to close SSH.',
      type: 'list',
      open: true,
      default: () => ['0.0.0.0/0'],
      check: sourcesProblem,
      caution: sshCaution,
    },
  ]
}

/** A group with the rules people answered; the load balancer can always reach the machines' port (`backend.port`). */
function draw(on: StepDrawing<AlicloudLookups>, values: Values, { vpc, cidr }: Vpc): Handle<{ id: string }> {
  const group = on.add('security-group', groupResource, {
    vpcId: vpc.get('id'),
    name: text(values, 'machine.groupName'),
    description: `The machines of ${on.stack}`,
  })
  const rules = inboundRules({
    ports: values['machine.ports'],
    sshFrom: values['machine.sshFrom'],
    backendPort: number(values, 'backend.port', 80),
    vpcCidr: parseCidr(cidr)?.text ?? cidr,
  })
  on.add('security-rules', securityRules, { groupId: group.get('id'), rules }, { within: group })
  return group
}

/** A warning about SSH that is open to everyone. Without a public address it cannot be reached from outside. */
function sshCaution(value: Json, values: Values): string | undefined {
  if (!yes(values, 'machine.publicIp') || !includesEveryone(value)) return undefined
  const guard = text(values, 'machine.login') === 'password' ? 'password' : 'key'
  return openToEveryone('SSH (port 22)', guard, 'machine.sshFrom')
}
