// A starter so that the server runs; the operations' author replaces this file.
import type { JsonObject } from '../../kind.ts'
import type { Operation, World } from '../model.ts'

export const operations: Record<string, Operation> = {
  'sts.GetCallerIdentity': (_input, call) => ({ AccountId: call.account, Arn: `acs:ram::${call.account}:root` }),
}

export function frontDoor(
  _world: World,
  _host: string,
  _port: number,
): { loadBalancerId: string; listening: boolean; healthy: string[]; backends: string[] } | undefined {
  return undefined
}

export function inventoryOf(_world: World): JsonObject[] {
  return []
}
