import { join, relative, resolve } from 'node:path'

/**
 * Why: `--help` and `--version` must start as fast as Node itself. The command line is bundled as one small file, and
 * whatever it loads with `import('./x.ts')` stays an import, of the ES module that the second pass makes of it.
 *
 * `found` collects the files to build in the second pass. The build fails when there are none: then all of the program
 * would be in the file that every start reads.
 */
export function loadOnDemand(root, found) {
  return {
    name: 'load-on-demand',
    setup(builder) {
      builder.onResolve({ filter: /^\..*\.ts$/ }, ({ kind, path, resolveDir }) => {
        if (kind !== 'dynamic-import') return undefined
        const file = resolve(resolveDir, path)
        found.add(file)
        return { path: './' + relative(join(root, 'src'), file).replace(/\.ts$/, '.js'), external: true }
      })
      builder.onEnd(({ errors }) => {
        if (errors.length === 0 && found.size === 0)
          return {
            errors: [{ text: 'the command line loads nothing on demand, so all of it would be read at every start' }],
          }
        return undefined
      })
    },
  }
}
