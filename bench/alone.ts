import { down, up } from '../src/engine/engine.ts'
import { openRun, type Place } from '../test/support/stack.ts'

/** `up` and `teardown` with one resource at a time, for comparison; prints wall times, milliseconds. Run by run.mjs. */
const place: Place = {
  folder: `${process.cwd()}/alone`,
  url: process.env.SANDBOX_URL!,
  speed: Number(process.env.SPEED),
  blueprint: process.env.BLUEPRINT!,
  cloud: process.env.CLOUD as 'alicloud' | 'aws',
}

const building = await openRun(place)
const { nodes } = building.sheet
nodes.forEach((node, index) => {
  const before = nodes[index - 1]
  if (before) node.needs = [...new Set([...node.needs, before.address])]
})
let begun = performance.now()
await up(building.run, building.sheet)
const upMs = Math.round(performance.now() - begun)
building.close()

const removing = await openRun(place)
begun = performance.now()
// The saved needs are the chain above, so the removal walks it backwards.
await down(removing.run)
const downMs = Math.round(performance.now() - begun)
removing.close()
process.stdout.write(JSON.stringify({ up: upMs, teardown: downMs }))
