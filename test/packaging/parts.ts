import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { emptyFolder } from '../support/folder.ts'

export const root = resolve(import.meta.dirname, '../..')

/** A part of the build (`scripts/build/NAME.mjs`), typed as the test needs it. */
export async function part<T>(name: string): Promise<T> {
  return (await import(join(root, 'scripts/build', `${name}.mjs`))) as T
}

/** A fresh folder with these files. */
export async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await emptyFolder()
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  return folder
}

/** The bundle of `entry` in `folder` with one plugin of the build; rejects with what the build says. */
export async function bundled(folder: string, entry: string, plugin: Plugin, more: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(folder, entry)],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    logLevel: 'silent',
    plugins: [plugin],
    ...more,
  })
  return outputFiles!.map(file => file.text).join('\n')
}
