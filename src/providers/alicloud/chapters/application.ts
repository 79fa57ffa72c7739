import type { Drawn } from '../../../engine/kind.ts'
import { machineKey, setup as setupKind } from '../kinds/index.ts'
import type { AlicloudLive } from '../live.ts'
import type { Application, Chapter } from './chapter.ts'
import { numbered } from './names.ts'

/** Packages, migrations and a cold mirror: minutes as a rule; this is where patience ends. Seconds. */
const PATIENCE = 1800

/**
 * Console: ECS → Cloud Assistant → Run Command, in place of the tutorial's SSH session. The questions are the
 * blueprint's own.
 */
export const application: Chapter<AlicloudLive, 'machines' | 'database', Application> = {
  title: 'Install Django and nginx on the instance',
  asks: [],
  draw(on, _values, { machines, database, setup }) {
    const script = on.text(setup.script)
    const keys = numbered('machine-key', machines.length)
    const setups = numbered('setup', machines.length)
    const ready = machines.map((machine, i) => {
      const within = { address: machine.address }
      const key = on.add(keys[i]!, machineKey, { instanceId: machine.id }, { within })
      const input: Drawn<SetupInput> = {
        instanceId: machine.id,
        publicKey: key.get('publicKey'),
        script,
        env: setup.env,
        secrets: setup.secrets,
        timeout: PATIENCE,
      }
      return on.add(setups[i]!, setupKind, input, { within, needs: database.ready })
    })
    return { ready }
  },
}

type SetupInput = Parameters<typeof setupKind.create>[1]
