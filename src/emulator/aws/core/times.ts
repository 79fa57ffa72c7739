/**
 * How long things take, milliseconds of the cloud's time. Typical figures: what AWS's guides tell, what Terraform's
 * provider waits for otherwise.
 */
const second = 1000

export const times = {
  vpcReady: 3 * second,
  subnetReady: 2 * second,
  natReady: 100 * second,
  /** Until a NAT gateway that cannot work says so. */
  natFails: 15 * second,
  natDeleted: 50 * second,
  /** What a managed product's network interface outlives its owner by. */
  interfaceLingers: 15 * second,
  /** Deleting a group right after its last interface left still fails. */
  groupLingers: 5 * second,
  /** Terminated instances and deleted NAT gateways stay visible for about an hour. */
  remembered: 3600 * second,
  instanceRunning: 25 * second,
  /** After running, until both status checks pass. */
  instanceChecked: 100 * second,
  instanceStop: 25 * second,
  instanceStart: 20 * second,
  instanceTerminates: 35 * second,
  /** After running, until the Systems Manager agent reports. */
  agent: 60 * second,
  commandSent: 1 * second,
  /** `InvocationDoesNotExist` right after SendCommand. */
  invocationAppears: 1.5 * second,
  commandSmall: 5 * second,
  commandSetup: 90 * second,
  /** Role and profile until IAM's other calls know them. */
  roleKnown: 3 * second,
  /** A profile or its role until EC2 accepts it: 6 to 12 seconds. */
  profileUsable: 6 * second,
  profileUsableSpread: 6 * second,
  /** provisioning until active. */
  applicationBalancer: 120 * second,
  networkBalancer: 100 * second,
  /** A target group and a certificate count as used this long after their last listener went. */
  listenerForgotten: 8 * second,
  /** Interfaces of a removed load balancer stay in its subnets. */
  balancerInterfaceLingers: 40 * second,
  /** A fresh target's first check comes within this time after its registration is done. */
  firstCheck: 10 * second,
  /** An issued certificate is not known to load balancers at once. */
  certificateKnown: 3 * second,
  /** Until a group acts on a new size. */
  groupActs: 3 * second,
  /** Until a group finds a machine that died. */
  groupNotices: 20 * second,
  /** Between a group's failed attempts to start a machine. */
  groupRetries: 30 * second,
  /** After the last machine is gone, until a deleted group is. */
  groupLeaves: 5 * second,
  /** Metrics have a value a minute. */
  metricPeriod: 60 * second,
  /** Steps of an instance refresh besides the machines' own times. */
  refreshStarts: 3 * second,
  databaseCreating: 330 * second,
  databaseMultiAz: 560 * second,
  databaseBackingUp: 40 * second,
  databaseModifying: 45 * second,
  databaseRebooting: 30 * second,
  databaseDeleting: 200 * second,
  databaseSnapshot: 90 * second,
  databaseInterfaceLingers: 60 * second,
  /** From the request until the instance's state says `modifying`. */
  databaseModifies: 2 * second,
  /** 5 to 15 minutes. */
  cacheCreating: 420 * second,
  cacheDeleting: 240 * second,
  cacheInterfaceLingers: 60 * second,
  clusterCreating: 80 * second,
  clusterDeleting: 60 * second,
  memberCreating: 380 * second,
  memberDeleting: 240 * second,
  /** A bucket name that was just given back answers `OperationAborted`. */
  bucketForgotten: 8 * second,
  /** Until a certificate shows the records that validate it. */
  validationShown: 4 * second,
  /** From the record to ISSUED. */
  certificateIssued: 40 * second,
  certificateTimesOut: 72 * 3600 * second,
  certificateToken: 3600 * second,
  recordsInSync: 25 * second,
  secretForgotten: 5 * second,
} as const
