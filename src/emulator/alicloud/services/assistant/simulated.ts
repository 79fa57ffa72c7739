import type { Call, Resource } from '../../../world/model.ts'
import { times } from '../../core/times.ts'
import { asksForKey, machineKey } from '../ecs/machine-key.ts'

/** Machines that are not there: what a command on one of them comes to. */

/** A command as it was given. */
export interface Command {
  type: string
  name: string
  description: string
  /** The script itself, decoded. */
  content: string
}

/** What comes of a command on one machine. */
export type Outcome = {
  /** Cloud time; `NEVER` while it is not known. */
  endsAt: number
  status: 'Success' | 'Failed' | 'Timeout' | 'Aborted' | 'Terminated'
  exitCode: number
  output: string
  /** After it the application answers. */
  serves?: boolean
}

/**
 * Decides how a command that begins at the cloud time `from` ends, or starts it and returns `endsAt: NEVER`:
 * `finishCommand` tells later.
 */
export type RunsCommands = (call: Call, instance: Resource, command: Command, from: number, invokeId: string) => Outcome

const setupLength = 1000

/** Nothing runs. A script that asks for the machine's key gets a real one, whose output is used. */
export const simulated: RunsCommands = (call, instance, command, from) => {
  const { content } = command
  if (asksForKey(call, content)) {
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
