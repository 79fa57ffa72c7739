import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { packageFile } from '../../src/base/files.ts'

/** Who imports whom: paths from the package's root, with `/`. */
export type Imports = Map<string, string[]>

/**
 * Reads the import graph of a folder from its sources: every TypeScript file below it, with the files of ours that it
 * imports or re-exports, statically or by `import('…')`, types included. Packages and Node's own modules are left
 * out. `folder` is a path from the package's root, such as `src/emulator`.
 */
export function importsOf(folder: string): Imports {
  const root = packageFile('.')
  const files = filesIn(join(root, folder)).filter(file => file.endsWith('.ts'))
  return new Map(
    files.map(file => {
      const named = specifiersIn(readFileSync(file, 'utf8')).map(specifier => resolve(dirname(file), specifier))
      return [relative(root, file), [...new Set(named.filter(existsSync))].map(one => relative(root, one))]
    }),
  )
}

/** The graph between groups of files: `groupOf` names a file's group, or returns undefined to leave the file out. */
export function grouped(imports: Imports, groupOf: (file: string) => string | undefined): Imports {
  const groups = new Map<string, Set<string>>()
  for (const [file, targets] of imports) {
    const from = groupOf(file)
    if (from === undefined) continue
    const found = groups.get(from) ?? new Set()
    groups.set(from, found)
    for (const target of targets) {
      const to = groupOf(target)
      if (to !== undefined && to !== from) found.add(to)
    }
  }
  return new Map([...groups].map(([name, found]) => [name, [...found].sort()]))
}

/** One cycle as the list of its members, the first again at the end; nothing where there is none. */
export function cycleIn(imports: Imports): string[] | undefined {
  const done = new Set<string>()
  const visit = (name: string, path: string[]): string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name]
    if (done.has(name)) return undefined
    for (const next of imports.get(name) ?? []) {
      const found = visit(next, [...path, name])
      if (found) return found
    }
    done.add(name)
    return undefined
  }
  for (const name of imports.keys()) {
    const found = visit(name, [])
    if (found) return found
  }
  return undefined
}

function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .map(name => join(folder, name))
    .flatMap(path => (statSync(path).isDirectory() ? filesIn(path) : [path]))
}

/** The relative specifiers of a source's imports. Comments do not count. */
function specifiersIn(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  const patterns = [
    /^(?:import|export)\b[^'"`;]*?\bfrom '(\.[^']*)'/gm,
    /^import '(\.[^']*)'/gm,
    /\bimport\('(\.[^']*)'\)/g,
  ]
  return patterns.flatMap(pattern => [...code.matchAll(pattern)].map(match => match[1]!))
}
