/** What RDS says of one engine, and what this program knows of it: questions and checks are the same for all. */
export interface DatabaseEngine {
  /** RDS's own name for it: `mysql`. */
  id: string
  /** `RDS for MySQL`. */
  title: string
  /** What the tutorials and people connect by. */
  port: number
  /** Behind the stack's name in the identifier. */
  suffix: string
  /** `DB instance identifier`. */
  identifierLabel: string
  help: { version: string; class: string }
  /** Versions with standard support; others are refused by RDS or charged extra. */
  supports(version: string): boolean
  /** For sentences: what a version looks like, and the oldest that is supported. */
  versions: { example: string; oldest: string }
}
