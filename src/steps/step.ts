import type { Question, Values } from '../answers/question.ts'
import type { Sheet } from '../engine/kind.ts'
import type { Chapters, Setup, Stack } from '../providers/provider.ts'

/** A chapter of the tutorial: what it is called, what it asks, what it draws. */
export interface Step {
  id: keyof Stack
  /** Heading of the chapter in the cloud's words. */
  title(chapters: Chapters): string
  asks(chapters: Chapters): Question[]
  /** Draws its nodes and adds its result to `sofar`. */
  draw(sheet: Sheet, chapters: Chapters, values: Values, sofar: SoFar): void
}

export type SoFar = Partial<Stack> & { stack: string; setup(stack: Pick<Stack, 'database'>): Setup }

/** One stack people can build: its chapters in order, its own defaults, its application. A folder in `blueprints/`. */
export interface Blueprint {
  id: string
  title: string
  /** One sentence for the list to choose from. */
  about: string
  clouds: ('alicloud' | 'aws')[]
  steps: Step[]
  /** Defaults of this blueprint that win over a question's own. */
  defaults: Record<string, import('../base/json.ts').Json>
  /** Questions of its own application, asked in the application chapter after the cloud's. */
  asks: Question[]
  /** What is installed on the machines, from the answers and the database drawn before. */
  setup(values: Values, stack: Pick<Stack, 'database'>): Setup
  /** Path that answers 200 when the stack serves, for example `/health/`. */
  healthPath(values: Values): string
  /** A page that writes to the database, reads it again and takes it back, where the application has one. */
  proofPath?(values: Values): string | undefined
  /** A script that finds, on a machine, which hop between the load balancer and the database is broken: see steps/diagnose.ts. */
  check?(values: Values): string
}
