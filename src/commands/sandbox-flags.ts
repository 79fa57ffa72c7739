/** What was typed behind `sandbox …`; nothing has a default. */
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
