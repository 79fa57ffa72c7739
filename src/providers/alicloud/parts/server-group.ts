import { nameProblem, numberProblem, portProblem } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import type { Handle } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { AlicloudLookups } from '../lookups.ts'
import { backend } from '../resources/slb/backend.ts'
import { serverGroup as groupResource } from '../resources/slb/server-group.ts'
import type { Machine } from './instances.ts'
import type { LoadBalancer } from './load-balancer.ts'
import { number, numbered, text } from './names.ts'

/** A VServer group and the machines in it. */
export interface ServerGroup {
  group: Handle<{ id: string }>
  backends: Handle<{ id: string }>[]
}

/** Console: CLB → VServer Groups, the page "backend servers" of the listener's wizard. */
export const serverGroup = { questions, draw }

/** `server`: what listens on the machines' port. */
function questions(server: string): Question<AlicloudLookups>[] {
  return [
    {
      key: 'group.name',
      label: 'VServer group name',
      help: 'The group of machines behind the listener.',
      type: 'text',
      default: ({ stack }) => `${stack}-servers`,
      check: value => nameProblem(value, { min: 1, max: 80, also: '._/-' }),
    },
    {
      key: 'backend.port',
      label: 'Backend port',
      help: `The port ${server} listens on, on the machines.`,
      type: 'number',
      default: () => 80,
      min: 1,
      max: 65535,
      check: backendPortProblem,
    },
    {
      key: 'backend.weight',
      label: 'Weight',
      help: 'A machine’s share of the requests, compared with the others. All machines have the same weight here.',
      type: 'number',
      default: () => 100,
      min: 1,
      max: 100,
      check: value =>
        value === 0
          ? 'A weight of 0 sends no requests to the machines, so the stack would not serve. Give 1 to 100.'
          : numberProblem(value, 1, 100),
    },
  ]
}

function draw(
  on: StepDrawing<AlicloudLookups>,
  values: Values,
  { balancer, machines }: { balancer: LoadBalancer['balancer']; machines: Machine[] },
): ServerGroup {
  const group = on.add('server-group', groupResource, {
    loadBalancerId: balancer.get('id'),
    name: text(values, 'group.name'),
  })
  const names = numbered('backend', machines.length)
  const backends = machines.map((machine, i) => {
    const input = {
      groupId: group.get('id'),
      instanceId: machine.get('id'),
      port: number(values, 'backend.port', 80),
      weight: number(values, 'backend.weight', 100),
    }
    return on.add(names[i]!, backend, input, { within: group })
  })
  return { group, backends }
}

/** SSH has its port already; that the application's own differs is checked at app.port. A sentence when wrong. */
export function backendPortProblem(value: Json): string | undefined {
  return portProblem(value) ?? (value === 22 ? '22 is SSH’s port. Choose another one; 80 is usual.' : undefined)
}
