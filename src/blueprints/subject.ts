/**
 * What the tests build of a blueprint when they prove what holds for every one: kills at any instant, bad weather, the
 * promises, other emulators. Lies beside the blueprint as `subject.ts` (`export const subject`), and is found there:
 * a new blueprint is in all of them by this one file. No part of the built program.
 */
export interface Subject {
  blueprint: string
  cloud: 'alicloud' | 'aws'
  /** By key: those that make most of what the blueprint has. */
  answers: Record<string, string>
  /** Instead of `answers` where moto judges: without what it cannot remove (docs/moto.md). */
  answersInMoto?: Record<string, string>
  /** Secrets that people give, by environment variable: good values that look like no others. */
  secrets: Record<string, string>
  /** Answers with which more of the secrets are needed, where there are any. */
  secretAnswers?: Record<string, string>
  /** Answers that say how many machines there are, two of each with `answers`. */
  machines: string[]
  /** Actions of the cloud on the way up that take a while, early and late: Ctrl-C is pressed there. */
  interruptedAt: string[]
  /** A hosted zone that the account has before. */
  hostedZone?: string
}
