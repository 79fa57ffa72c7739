import { stepFor } from './chapter.ts'

/** The database, who may reach it, and who owns what in it. */
export const database = stepFor('database', (chapter, on, values, sofar) => {
  sofar.database = chapter.draw(on, values, sofar)
})
