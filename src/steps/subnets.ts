import { stepFor } from './chapter.ts'

/** The parts of the network, one a zone. */
export const subnets = stepFor('subnets', (chapter, on, values, sofar) => {
  sofar.subnets = chapter.draw(on, values, sofar)
})
