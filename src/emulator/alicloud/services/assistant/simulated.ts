import { generateKeyPair, generateKeyPairSync } from 'node:crypto'
import type { Call, Thing } from '../../../world/model.ts'
import { all, change, make, newId, text } from '../../core/input.ts'
import { times } from '../../core/times.ts'

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

/** The end of a command of which it is not known yet when it ends: `finishCommand` tells. */
export const someday = Number.MAX_SAFE_INTEGER

/** Decides how a command that begins at the cloud time `from` ends, or starts it and answers `endsAt: someday`. */
export type RunsCommands = (call: Call, instance: Thing, command: Command, from: number, invokeId: string) => Outcome

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

/**
 * Making a key takes so long that it would hold up every other call: machines share a few, and the first ones are
 * made aside while machines boot.
 */
const mostKeys = 4
const options = {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
} as const

interface MadeKey {
  publicKey: string
  privateKey: string
}

const made: MadeKey[] = []
let beingMade = 0

/** Called when a machine boots, long before it is asked for its key. */
export function prepareKey(call: Call): void {
  if (all(call, 'machine-key').length + made.length + beingMade >= mostKeys) return
  beingMade++
  generateKeyPair('rsa', options, (error, publicKey, privateKey) => {
    beingMade--
    if (!error) made.push({ publicKey, privateKey })
  })
}

/** The public half, PEM; always the same for a machine. The private half stays in the data, so that a test can unseal. */
function machineKey(call: Call, instance: Thing): string {
  const own = text(instance, 'machineKey')
  const kept = all(call, 'machine-key')
  const key =
    kept.find(one => one.id === own) ??
    freshKey(call, kept.length) ??
    kept[Math.floor(call.world.random() * kept.length)]!
  if (key.id !== own) change(call, instance, { machineKey: key.id })
  return text(key, 'publicKey')
}

/** A new one where there is none yet, or one is ready and more are wanted. */
function freshKey(call: Call, kept: number): Thing | undefined {
  if (kept >= mostKeys || (kept > 0 && made.length === 0)) return undefined
  const { publicKey, privateKey } = made.shift() ?? generateKeyPairSync('rsa', options)
  return make(call, 'machine-key', newId(call, 'mk'), { publicKey, privateKey })
}
