/**
 * The software bill of materials of the bundle: CycloneDX 1.6, as JSON. What is in it comes from esbuild (see
 * bundled.mjs), hashes and dependencies from the lock file. It holds no time and no random number, so that the same
 * sources make the same file.
 */
export function billOfMaterials(product, packages, lock) {
  const folders = new Set(packages.map(({ folder }) => folder))
  const refs = new Map(packages.map(({ folder, manifest }) => [folder, purlOf(manifest)]))
  const direct = Object.keys(product.devDependencies).map(name => `node_modules/${name}`)
  const edges = new Map([
    [purlOf(product), direct.filter(folder => folders.has(folder)).map(folder => refs.get(folder))],
  ])
  for (const { folder } of packages) {
    const needs = dependenciesOf(lock, folder).filter(needed => folders.has(needed))
    edges.set(refs.get(folder), [...(edges.get(refs.get(folder)) ?? []), ...needs.map(needed => refs.get(needed))])
  }
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', ...named(product), licenses: licencesOf(product) } },
    components: components(packages, lock),
    dependencies: [...edges].map(([ref, needs]) => ({ ref, dependsOn: [...new Set(needs)].sort() })),
  }
}

/** A package that lies in two folders in one version is one component. */
function components(packages, lock) {
  const byRef = new Map()
  for (const { folder, manifest } of packages) {
    const locked = lock.packages[folder]
    if (!locked?.integrity) throw new Error(`${folder} is bundled, but the lock file has no hash of it`)
    if (locked.version !== manifest.version)
      throw new Error(`${folder} is installed in ${manifest.version}, locked in ${locked.version}: run npm ci`)
    byRef.set(purlOf(manifest), {
      type: 'library',
      ...named(manifest),
      licenses: licencesOf(manifest),
      hashes: hashesOf(locked.integrity),
    })
  }
  return [...byRef.values()]
}

function named({ name, version }) {
  const purl = purlOf({ name, version })
  const [, group, short] = /^(?:(@[^/]+)\/)?(.+)$/.exec(name)
  return { 'bom-ref': purl, ...(group ? { group } : {}), name: short, version, purl }
}

function purlOf({ name, version }) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`
}

/** A single identifier of SPDX, or an expression of several. */
function licencesOf({ name, license }) {
  if (typeof license !== 'string') throw new Error(`${name} does not say its licence in one word`)
  return [/[ ()]/.test(license) ? { expression: license } : { license: { id: license } }]
}

const ALGORITHMS = { sha1: 'SHA-1', sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' }

/** From npm's words (`sha512-BASE64`, several with spaces between) to CycloneDX's. */
function hashesOf(integrity) {
  return integrity.split(/\s+/).map(hash => {
    const [, algorithm, value] = /^(\w+)-([^?]+)/.exec(hash)
    return { alg: ALGORITHMS[algorithm], content: Buffer.from(value, 'base64').toString('hex') }
  })
}

/** The folders of what a locked package depends on, found as Node finds them: nearest `node_modules` first. */
export function dependenciesOf(lock, folder) {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = lock.packages[folder] ?? {}
  return Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }).flatMap(name => {
    for (let at = folder; ; at = at.slice(0, at.lastIndexOf('/node_modules/'))) {
      if (lock.packages[`${at}/node_modules/${name}`]) return [`${at}/node_modules/${name}`]
      if (!at.includes('/node_modules/')) return lock.packages[`node_modules/${name}`] ? [`node_modules/${name}`] : []
    }
  })
}
