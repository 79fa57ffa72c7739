/** A Dockerfile that makes one layer of several. */
export interface Layer {
  /** What the stage is called. */
  name: string
  dockerfile: string
}

/**
 * One Dockerfile with a stage a layer, for whoever builds only one file. The first layer is the one that the others start
 * from by `ARG BASE` and `FROM ${BASE}`; the last is what a build without `--target` makes. Throws an Error when a layer
 * does not start so.
 */
export function joinLayers([base, ...others]: [Layer, ...Layer[]]): string {
  const stages = [
    named(base, /^FROM (?!.*\sAS\s)(\S+)$/m, `FROM $1 AS ${base.name}`),
    ...others.map(layer => named(layer, /^ARG BASE(?:=.*)?\nFROM \$\{BASE\}$/m, `FROM ${base.name} AS ${layer.name}`)),
  ]
  return stages.join('\n')
}

/** Without the comment at its top, which says how the file alone is built. */
function named({ name, dockerfile }: Layer, start: RegExp, stage: string): string {
  if (!start.test(dockerfile)) throw new Error(`The Dockerfile of the layer ${name} has no line ${start.source}.`)
  return dockerfile.replace(/^(#.*\n)+/, '').replace(start, stage)
}
