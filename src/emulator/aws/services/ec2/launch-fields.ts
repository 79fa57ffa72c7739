import { refuse } from '../../core/input.ts'

/** What a launch may say: `RunInstances` and the data of a launch template. */
export const launchFields =
  'ImageId InstanceType SubnetId SecurityGroupIds KeyName IamInstanceProfile UserData BlockDeviceMappings NetworkInterfaces MetadataOptions ' +
  'TagSpecifications PrivateIpAddress Monitoring EbsOptimized CreditSpecification DisableApiTermination InstanceInitiatedShutdownBehavior Placement'

/** User data: Base64 of at most 16 KB. */
export function readUserData(value: string): string {
  if (value === '') return ''
  if (!/^[A-Za-z0-9+/\r\n]+=*[\r\n]*$/.test(value))
    refuse(400, 'InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data')
  if (Buffer.from(value, 'base64').length > 16_384)
    refuse(400, 'InvalidParameterValue', 'User data is limited to 16384 bytes')
  return value
}
