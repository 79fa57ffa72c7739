import { stepFor } from './chapter.ts'

/** The machines that serve the application. */
export const machines = stepFor('machines', (chapter, on, values, sofar) => {
  sofar.machines = chapter.draw(on, values, sofar)
})
