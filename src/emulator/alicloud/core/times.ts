/**
 * How long things take, milliseconds of the cloud's time. Typical figures: the product's own guides where they tell
 * (an RDS instance 5 to 15 minutes), what Terraform's provider waits for otherwise.
 */
const second = 1000

export const times = {
  vpcReady: 5 * second,
  vswitchReady: 5 * second,
  vswitchGone: 2 * second,
  /** A managed database's network interface stays on its VSwitch for some minutes after the database went. */
  interfaceLingers: 180 * second,
  instancePending: 5 * second,
  instanceRunning: 45 * second,
  /** After Running, until Cloud Assistant's agent reports. */
  agent: 20 * second,
  instanceStop: 12 * second,
  instanceStart: 20 * second,
  instanceGone: 8 * second,
  /** A machine that was accepted and could not be made after all. */
  instanceVanishes: 20 * second,
  databaseRunning: 360 * second,
  databaseGone: 20 * second,
  whitelist: 4 * second,
  account: 5 * second,
  database: 5 * second,
  grant: 3 * second,
  publicConnection: 20 * second,
  backup: 60 * second,
  balancerBusy: 1 * second,
  listenerStarting: 3 * second,
  listenerStopping: 2 * second,
  /** Cloud Assistant hands a command over, */
  commandSent: 1 * second,
  /** the command that makes the machine's key, */
  commandKey: 3 * second,
  /** a small command, */
  commandSmall: 5 * second,
  /** a setup script: packages, the application, its services. */
  commandSetup: 90 * second,
  /** A command that never reaches its agent is given up. */
  commandAborted: 60 * second,
} as const
