import { stepFor } from './chapter.ts'

/** The private network everything else lies in. */
export const network = stepFor('network', (chapter, on, values, sofar) => {
  sofar.network = chapter.draw(on, values, sofar)
})
