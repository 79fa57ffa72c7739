/**
 * How long things take on EC2, Systems Manager and IAM, milliseconds of the cloud's time. Typical figures: what the
 * guides tell, what Terraform's provider waits for otherwise (facts §3–§5).
 */
const second = 1000

export const ec2Times = {
  vpcReady: 3 * second,
  subnetReady: 2 * second,
  natReady: 100 * second,
  /** Until a NAT gateway that cannot work says so. */
  natFails: 15 * second,
  natDeleted: 50 * second,
  /** What a managed product's network interface outlives its owner by. */
  interfaceLingers: 15 * second,
  /** Deleting a group right after its last interface left still fails (facts §10). */
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
} as const
