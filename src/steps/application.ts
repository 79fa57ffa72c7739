import { stepFor } from './chapter.ts'

/** What is installed on the machines. */
export const application = stepFor('application', (chapter, on, values, sofar) => {
  sofar.application = chapter.draw(on, values, sofar)
})
