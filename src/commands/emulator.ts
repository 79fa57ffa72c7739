import { blueprints } from '../blueprints/index.ts'
import { machinePackages } from '../blueprints/packages.ts'
import { type Sandbox, type ServeOptions, serve as serveEmulator } from '../emulator/index.ts'
import { machineKeyMarker } from '../providers/alicloud/machine-key.ts'

export type { Sandbox, ServeOptions }

/** What the machines of our own blueprints must have, by cloud. */
export const packages = machinePackages(blueprints)

/** Serves the emulator in this process, with what it has to know of the product. Throws as the emulator's `serve` does. */
export async function serve(options: ServeOptions = {}): Promise<Sandbox> {
  return await serveEmulator({ machineKeyMarker, machinePackages: packages, ...options })
}
