import type { Ref } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { Place, Setup } from '../../../steps/results.ts'
import type { AwsLookups } from '../lookups.ts'
import { command, machineReady } from '../resources/index.ts'
import type { Machine } from './instances.ts'
import { numbered } from './names.ts'
import { parameters } from './parameters.ts'

/**
 * Console: Systems Manager → Run Command, in place of the tutorial's SSH session through the bastion. Returns what is
 * ready once each machine is set up, in the machines' order.
 */
export const runCommand = { draw }

/** `timeout`: how long one set-up may take, seconds. `needs`: what must be ready before it; `wayOut`: before the agent can answer. */
function draw(
  on: StepDrawing<AwsLookups>,
  machines: Machine[],
  of: { setup: Setup; env?: Record<string, string | Ref<string>>; timeout: number; needs: Place[]; wayOut: Place[] },
): Place[] {
  const { setup, env, timeout, needs, wayOut } = of
  const script = on.text(setup.script)
  const named = parameters.draw(on, Object.values(setup.secrets))(setup.secrets)
  const agents = numbered('agent', machines.length)
  const setups = numbered('setup', machines.length)
  return machines.map(({ name, handle }, i) => {
    const agent = on.add(agents[i]!, machineReady, { instanceId: handle.get('id') }, { within: handle, needs: wayOut })
    return on.add(
      setups[i]!,
      command,
      {
        targets: { instanceIds: [handle.get('id')] },
        name: `Set up ${name}`,
        script,
        env: { ...setup.env, ...env },
        parameters: named,
        timeout,
      },
      { within: handle, needs: [agent, ...needs] },
    )
  })
}
