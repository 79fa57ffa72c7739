import { setTimeout as wait } from 'node:timers/promises'
import type { ReconcilerDeps } from '../lifecycle.ts'
import type { Balancer } from './balancer.ts'
import { everyThing, portName } from './desired.ts'

/** The local URL of a load balancer's listener; nothing when there is no such listener. */
export async function reach(
  { world, ports, keepPort }: Pick<ReconcilerDeps, 'world' | 'ports' | 'keepPort'>,
  balancer: Balancer,
  host: string,
  port: number,
): Promise<string | undefined> {
  const listener = everyThing(world, 'listener').find(one => portName(world, one) === `${host}:${port}`)
  if (!listener) return undefined
  // A listener that was just created has no port yet.
  for (let tries = 0; tries < 50 && !balancer.url(listener.id); tries++) await wait(20)
  const url = balancer.url(listener.id)
  const local = Number(url && new URL(url).port)
  if (url && ports.get(`${host}:${port}`) !== local) keepPort(`${host}:${port}`, local)
  return url
}
