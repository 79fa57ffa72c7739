import { generateKeyPair, generateKeyPairSync } from 'node:crypto'
import type { Call, Resource, World } from '../../../world/model.ts'
import { newId } from '../../core/ids.ts'
import { createResource, resourcesOf, text, updateResource } from '../../core/resources.ts'

/** RSA keys of simulated machines, for whoever seals something to the machine that a script of theirs runs on. */

const markers = new WeakMap<World, string>()

/** From now on a script with the line `marker` prints its machine's public key, as it would on a real machine. */
export function answerWithKeys(world: World, marker: string): void {
  markers.set(world, marker)
}

/** Whether a script asks for the machine's key; never before `answerWithKeys`. */
export function asksForKey(call: Call, script: string): boolean {
  const marker = markers.get(call.world)
  return marker !== undefined && script.split('\n').some(line => line.trim() === marker)
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
  if (!markers.has(call.world)) return
  if (resourcesOf(call, 'machine-key').length + made.length + beingMade >= mostKeys) return
  beingMade++
  generateKeyPair('rsa', options, (error, publicKey, privateKey) => {
    beingMade--
    if (!error) made.push({ publicKey, privateKey })
  })
}

/** The public half, PEM; always the same for a machine. The private half stays in the data, so that a test can unseal. */
export function machineKey(call: Call, instance: Resource): string {
  const own = text(instance, 'machineKey')
  const kept = resourcesOf(call, 'machine-key')
  const key =
    kept.find(one => one.id === own) ??
    freshKey(call, kept.length) ??
    kept[Math.floor(call.world.random() * kept.length)]!
  if (key.id !== own) updateResource(call, instance, { machineKey: key.id })
  return text(key, 'publicKey')
}

/** A new one where there is none yet, or one is ready and more are wanted. */
function freshKey(call: Call, kept: number): Resource | undefined {
  if (kept >= mostKeys || (kept > 0 && made.length === 0)) return undefined
  const { publicKey, privateKey } = made.shift() ?? generateKeyPairSync('rsa', options)
  return createResource(call, 'machine-key', newId(call, 'mk'), { publicKey, privateKey })
}
