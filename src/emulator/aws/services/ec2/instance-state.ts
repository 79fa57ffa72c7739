import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { text, time } from '../../core/resources.ts'

/** What an instance is now follows from where it is heading (`toward`) and when it is there (`thereAt`). */

const codes: Record<string, number> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
}

const ways: Record<string, [before: string, after: string]> = {
  running: ['pending', 'running'],
  stopped: ['stopping', 'stopped'],
  terminated: ['shutting-down', 'terminated'],
}

/** pending, running, shutting-down, terminated, stopping, stopped. */
export function instanceState(call: Call, instance: Resource): string {
  const [before, after] = ways[text(instance, 'toward')]!
  return call.world.now() < time(instance, 'thereAt') ? before : after
}

/** A state with its official number, as answers have it. */
export function stateBlock(state: string): JsonObject {
  return { Code: codes[state] ?? 0, Name: state }
}

/** The cloud time since when it runs; undefined when it does not. */
export function runsSince(call: Call, instance: Resource): number | undefined {
  return instanceState(call, instance) === 'running' ? time(instance, 'thereAt') : undefined
}

/** Neither terminated nor on the way there. */
export function isLive(instance: Resource): boolean {
  return text(instance, 'toward') !== 'terminated'
}
