/** The flags of `sandbox …` as they were typed; none has a default. */
export interface SandboxFlags {
  port?: string
  speed?: string
  faults?: string
  machines?: string
  data?: string
  state?: string
  seed?: string
  purge?: boolean
  all?: boolean
  json?: boolean
}
