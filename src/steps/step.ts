import type { Question } from '../answers/question.ts'

/** A step of the tutorial, as people walk it: its heading and what it asks. What it makes is drawn by the blueprint. */
export interface Step<Lookups = unknown> {
  /** First part of the address of what is drawn in it, as in `subnets/vswitch-1`. Stands in states and tags: never changed. */
  id: string
  /** The tutorial's heading in the cloud's words. */
  title: string
  asks: Question<Lookups>[]
}
