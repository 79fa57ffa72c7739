import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The packages of which at least one byte went into the bundle, by esbuild's own account: folder below `root`
 * (`node_modules/…`) and package.json, in order of folder.
 */
export async function bundledPackages(root, metafiles) {
  const folders = new Set()
  for (const meta of metafiles) {
    for (const output of Object.values(meta.outputs)) {
      for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
        // Where node_modules is a link, what stands before it leads elsewhere.
        const inside = input.slice(Math.max(0, input.indexOf('node_modules/')))
        const folder = /^(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(inside)?.[1]
        if (folder && bytesInOutput > 0) folders.add(folder)
      }
    }
  }
  const read = async folder => ({
    folder,
    manifest: JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')),
  })
  return Promise.all([...folders].sort().map(read))
}

/**
 * Throws when `packages.json` and the bundle disagree: a package that the program contains must be listed there as
 * shipped, and one listed as shipped must be in it. `folders`: those of the bundled packages.
 */
export function holdToList(listed, folders) {
  const inside = new Set(folders)
  const wrong = Object.entries(listed)
    .filter(([name, { use }]) => (use === 'shipped') !== inside.has(`node_modules/${name}`))
    .map(([name, { use }]) => `${name} is listed as ${use}, but is ${use === 'shipped' ? 'not ' : ''}in the bundle`)
  if (wrong.length > 0) throw new Error(`scripts/build/packages.json: ${wrong.join('; ')}`)
}
