import { generateKeyPairSync } from 'node:crypto'
import type { Call, Thing } from '../model.ts'
import { all, change, make, newId, text } from './ask.ts'
import { times } from './times.ts'

/** Machines that are not there: what a command on one of them comes to. */

export interface Command {
  type: string
  name: string
  description: string
  /** The script itself, decoded. */
  content: string
}

export type Outcome = {
  /** Cloud time. */
  endsAt: number
  status: 'Success' | 'Failed' | 'Timeout' | 'Aborted' | 'Terminated'
  exitCode: number
  output: string
  /** After it the application answers. */
  serves?: boolean
}

/** Decides how a command that begins at the cloud time `from` ends. */
export type RunsCommands = (call: Call, instance: Thing, command: Command, from: number) => Outcome

const keyLine = /^\s*# stackwright:machine-key\s*$/m
const setupLength = 1000

/** Nothing runs. The one command whose output is used, the machine's key, gets a real one. */
export const simulated: RunsCommands = (call, instance, command, from) => {
  const { content } = command
  if (keyLine.test(content)) {
    return { endsAt: from + times.commandKey, status: 'Success', exitCode: 0, output: machineKey(call, instance) }
  }
  const long = content.length > setupLength
  return {
    endsAt: from + (long ? times.commandSetup : times.commandSmall),
    status: 'Success',
    exitCode: 0,
    output: 'Simulated: this machine does not exist, so nothing ran on it.\n',
    serves: true,
  }
}

/** The public half, PEM. Making a key takes long enough to hold up everything else, so many machines share a few. */
function machineKey(call: Call, instance: Thing): string {
  const own = text(instance, 'machineKey')
  const kept = all(call, 'machine-key')
  const key =
    kept.find(one => one.id === own) ??
    (kept.length < 8 ? newKey(call) : kept[Math.floor(call.world.random() * kept.length)]!)
  if (key.id !== own) change(call, instance, { machineKey: key.id })
  return text(key, 'publicKey')
}

function newKey(call: Call): Thing {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return make(call, 'machine-key', newId(call, 'mk'), { publicKey, privateKey })
}
