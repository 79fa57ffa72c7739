import type { Application, Chapter } from '../../../provider.ts'
import type { AwsLive } from '../../live.ts'
import { command, machineReady } from '../../resources/index.ts'
import { numbered, text } from '../names.ts'
import { drawParameters, parametersFor } from '../secrets.ts'
import { regionOf, wayOut } from '../subnets.ts'

/** Gems are compiled on the machine: a quarter of an hour on a small one; this is where patience ends. Seconds. */
const PATIENCE = 2700

/** Console: Systems Manager → Run Command, in place of the tutorial's SSH session through the bastion. */
export const application: Chapter<AwsLive, 'machines' | 'database', Application> = {
  title: 'Install Rails and nginx on the web servers',
  asks: [],
  draw(on, values, { machines, database, setup, stack }) {
    const script = on.text(setup.script)
    const made = drawParameters(on, stack, Object.values(setup.secrets))
    const parameters = parametersFor(made, setup.secrets)
    const out = wayOut(on)
    const agents = numbered('agent', machines.length)
    const setups = numbered('setup', machines.length)
    const ready = machines.map((machine, i) => {
      const within = { address: machine.address }
      const agent = on.add(agents[i]!, machineReady, { instanceId: machine.id }, { within, needs: out })
      return on.add(
        setups[i]!,
        command,
        {
          targets: { instanceIds: [machine.id] },
          name: `Set up ${machine.name}`,
          script,
          env: { ...setup.env, S3_BUCKET: text(values, 'bucket.name'), AWS_REGION: regionOf(values) },
          parameters,
          timeout: PATIENCE,
        },
        { within, needs: [agent, ...database.ready] },
      )
    })
    return { ready }
  },
}
