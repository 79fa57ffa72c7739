import { EC2Client } from '@aws-sdk/client-ec2'
import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53'

// The official clients tell every process on Node 20 to update.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'

/** What an official client needs to speak to the embedded cloud as somebody else with the same account's keys. */
export const asPerson = (url: string) => ({
  endpoint: url,
  region: 'ap-northeast-1',
  credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
})

export const ec2 = (url: string) => new EC2Client(asPerson(url))

/** A hosted zone that the account has had before. */
export async function zoneFor(url: string, name: string): Promise<void> {
  const client = new Route53Client(asPerson(url))
  await client.send(new CreateHostedZoneCommand({ Name: name, CallerReference: 'years ago' }))
  client.destroy()
}
