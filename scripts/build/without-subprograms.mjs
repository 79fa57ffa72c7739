import { sep } from 'node:path'

/**
 * Why: the parser of flags (commander) can start other programs as sub-commands and loads `node:child_process` for
 * that at every start, a tenth of the start-up time. We have no such sub-commands, so it gets an empty module. Only
 * commander does: a module of ours that starts programs gets the real one.
 *
 * The build fails when commander no longer asks for it: then this file has no use any more.
 */
export const withoutSubprograms = {
  name: 'without-subprograms',
  setup(builder) {
    let replaced = 0
    builder.onResolve({ filter: /^node:child_process$/ }, ({ importer }) => {
      if (!importer.includes(`${sep}node_modules${sep}commander${sep}`)) return undefined
      replaced++
      return { path: 'none', namespace: 'nothing' }
    })
    builder.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'module.exports = {}', loader: 'js' }))
    builder.onEnd(({ errors }) => {
      if (errors.length === 0 && replaced === 0)
        return {
          errors: [
            { text: 'commander no longer loads node:child_process: remove scripts/build/without-subprograms.mjs' },
          ],
        }
      return undefined
    })
  },
}
