import { readPackageFile } from '../../base/files.ts'

/**
 * The text of a program that runs inside of containers, by its file name in `programs/`. The package ships that folder
 * as it is (`files` in package.json), so the path is the same from a checkout and from the bundle.
 */
export function programText(name: string): string {
  return readPackageFile(`src/emulator/containers/programs/${name}`)
}

/** A text as an argument that no shell takes for more than one word. */
export function base64(text: string | Buffer): string {
  return Buffer.from(text).toString('base64')
}
