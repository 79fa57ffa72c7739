import type { Operation } from '../world/model.ts'
import { advance } from './advance.ts'
import { services } from './services/index.ts'

/**
 * Every call that the emulated AWS carries out, by `service.Action`.
 *
 * An operation gets the official input as the SDK's types have it (numbers are numbers, lists are lists) and returns
 * the official output, except: times are ISO 8601 strings in UTC, bytes are Base64 strings, both ways, streamed bodies
 * too. What is undefined is not in the answer. The server has checked unknown and required members and remembers
 * client tokens; it refuses any answer that the official schema does not have (`SandboxDefect`). An ApiError may bear
 * the SDK's name of an error (`DBInstanceNotFoundFault`): the wire gets the code and status that belong to it.
 *
 * Each operation finds the world brought to the present.
 */
export const operations: Record<string, Operation> = Object.fromEntries(
  services
    .flatMap(service => Object.entries(service.operations))
    .map(([name, run]): [string, Operation] => [
      name,
      (input, call) => {
        advance(call)
        return run(input, call)
      },
    ]),
)
