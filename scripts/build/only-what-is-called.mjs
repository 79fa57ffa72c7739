import { realpathSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'

/**
 * Why: the provider names the operations of AWS that it calls; the rest of each official client need not be read at
 * every start (of EC2's 1.7 MB a tenth is left). For that it gets the clients as ES modules, whose schemas can be left
 * out one by one once nothing in them looks like a call: `{ [_key]: … }` does, `{ "key": … }` does not.
 *
 * The embedded cloud answers every operation and takes the clients whole, in their other form: what both shared could
 * not be left out.
 *
 * The build fails when a client that the provider imports has no schema file, or one in which nothing was rewritten:
 * then the SDK is written in another form, and the bundle would silently hold all of it again.
 */
export function onlyWhatIsCalled(root) {
  return {
    name: 'only-what-is-called',
    setup(builder) {
      const clients = new Map()
      builder.onResolve({ filter: /^@aws-sdk\/client-[a-z0-9-]+$/ }, ({ path, importer }) => {
        if (!importer.startsWith(join(root, 'src', 'providers') + sep)) return undefined
        // Its own modules are found by their real path, also where node_modules is a link.
        const folder = join(realpathSync(join(root, 'node_modules', path)), 'dist-es')
        if (!clients.has(folder)) clients.set(folder, 0)
        return { path: join(folder, 'index.js'), sideEffects: false }
      })
      builder.onLoad({ filter: /[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/ }, async ({ path }) => {
        const { contents, count } = withPlainKeys(await readFile(path, 'utf8'))
        const folder = join(path, '..', '..')
        if (clients.has(folder)) clients.set(folder, clients.get(folder) + count)
        return { contents }
      })
      builder.onEnd(({ errors }) => {
        if (errors.length > 0) return undefined
        const whole = [...clients].filter(([, count]) => count === 0).map(([folder]) => folder)
        if (clients.size === 0) whole.push('(the provider imports none)')
        return { errors: whole.map(folder => ({ text: `the client of AWS was not made smaller: ${folder}` })) }
      })
    },
  }
}

/**
 * A schema file with `"key": …` for `[_key]: …` wherever `_key` is a constant text of the same file; `count`: how many.
 * What it exports stays the same.
 */
export function withPlainKeys(text) {
  const constants = new Map([...text.matchAll(/^const (\w+) = ("[^"]*");$/gm)].map(([, name, value]) => [name, value]))
  let count = 0
  const contents = text.replace(/\[(\w+)\]: /g, (key, name) => {
    if (!constants.has(name)) return key
    count++
    return `${constants.get(name)}: `
  })
  return { contents, count }
}
