import type { StepDrawing } from '../../../steps/drawing.ts'
import type { Place, Setup } from '../../../steps/results.ts'
import type { AlicloudLookups } from '../lookups.ts'
import { machineKey } from '../resources/assistant/machine-key.ts'
import { setup as setupResource } from '../resources/assistant/setup.ts'
import type { Machine } from './instances.ts'
import { numbered } from './names.ts'

/**
 * Console: ECS → Cloud Assistant → Run Command, in place of the tutorial's SSH session. Returns what is ready once each
 * machine is set up, in the machines' order.
 */
export const runCommand = { draw }

/** `timeout`: how long one setup may take, seconds. `needs`: what must be ready before it. */
function draw(
  on: StepDrawing<AlicloudLookups>,
  machines: Machine[],
  { setup, timeout, needs }: { setup: Setup; timeout: number; needs: Place[] },
): Place[] {
  const script = on.text(setup.script)
  const keys = numbered('machine-key', machines.length)
  const setups = numbered('setup', machines.length)
  return machines.map((machine, i) => {
    const instanceId = machine.get('id')
    const key = on.add(keys[i]!, machineKey, { instanceId }, { within: machine })
    const { env, secrets } = setup
    const input = { instanceId, publicKey: key.get('publicKey'), script, env, secrets, timeout }
    return on.add(setups[i]!, setupResource, input, { within: machine, needs })
  })
}
