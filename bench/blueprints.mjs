// What the benchmark measures: every blueprint of the program's own list, on its first cloud.
import { join } from 'node:path'
import { build } from 'esbuild'
import { root } from './tools.mjs'

const CLOUDS = { alicloud: 'Alibaba Cloud', aws: 'AWS' }

/** Of each blueprint only its manifest is read: what it loads later stays outside. */
const manifests = {
  name: 'manifests',
  setup: ({ onResolve }) =>
    onResolve({ filter: /./ }, ({ kind, path }) => (kind === 'dynamic-import' ? { path, external: true } : undefined)),
}
const { outputFiles } = await build({
  entryPoints: [join(root, 'src/blueprints/index.ts')],
  bundle: true,
  write: false,
  format: 'esm',
  plugins: [manifests],
})
const { blueprints } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`)

/** `cloud` as the command takes it, `title` with the cloud's name as people write it. */
export const stacks = blueprints.map(({ id, title, targets }) => {
  const [cloud] = Object.keys(targets)
  const cloudName = CLOUDS[cloud] ?? cloud
  return { blueprint: id, cloud, cloudName, title: `${title} (${cloudName})` }
})
