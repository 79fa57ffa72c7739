import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

let root: string | undefined

/**
 * The absolute path of a file that this package ships, for example `templates/machine/library.sh`; the same from `src/` and
 * from the bundle. Throws when the package's folder cannot be found.
 */
export function packageFile(path: string): string {
  root ??= packageRoot(dirname(fileURLToPath(import.meta.url)))
  return join(root, path)
}

/** The text of a file that this package ships, read synchronously as UTF-8. Throws when it does not exist. */
export function readPackageFile(path: string): string {
  return readFileSync(packageFile(path), 'utf8')
}

function packageRoot(folder: string): string {
  const file = join(folder, 'package.json')
  if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === 'stackwright') return folder
  const parent = dirname(folder)
  if (parent === folder) throw new Error('cannot find the folder of the stackwright package')
  return packageRoot(parent)
}
