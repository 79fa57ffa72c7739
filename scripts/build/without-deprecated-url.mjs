import { fileURLToPath } from 'node:url'

/**
 * Why: bundled packages (httpx, @alicloud/tea-typescript) parse addresses with Node's old `url.parse`, whose
 * deprecation warning would reach the user's screen. Inside the bundle they get the same fields from the standard parser
 * (url.mjs). Only CommonJS packages do; our own modules and ES modules get Node's.
 *
 * The build fails when no package asks for `url` any more: then this file has no use.
 */
export const withoutDeprecatedUrl = {
  name: 'without-deprecated-url',
  setup(builder) {
    let replaced = 0
    builder.onResolve({ filter: /^(node:)?url$/ }, ({ kind, importer }) => {
      if (kind !== 'require-call' || !importer.includes('node_modules')) return undefined
      replaced++
      return { path: fileURLToPath(new URL('url.mjs', import.meta.url)) }
    })
    builder.onEnd(({ errors }) => {
      if (errors.length === 0 && replaced === 0)
        return {
          errors: [{ text: 'no bundled package loads url any more: remove scripts/build/without-deprecated-url.mjs' }],
        }
      return undefined
    })
  },
}
