import { stepFor } from './chapter.ts'

/** The one address people come to. */
export const balancer = stepFor('balancer', (chapter, on, values, sofar) => {
  sofar.balancer = chapter.draw(on, values, sofar)
})
