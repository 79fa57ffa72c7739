import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  Route53Client,
} from '@aws-sdk/client-route-53'
import { config, type Key } from '../../support.ts'

export const other: Key = { accessKeyId: 'other', secretAccessKey: 'other' }

/** Route 53 at this address, and what most tests ask of it. */
export function dnsAt(url: string) {
  const dns = new Route53Client(config(url))
  const zone = async (reference = 'one', client = dns) => {
    const input = { Name: 'example.net', CallerReference: reference }
    return (await client.send(new CreateHostedZoneCommand(input))).HostedZone!.Id!
  }
  const change = (HostedZoneId: string, Action: 'CREATE' | 'UPSERT' | 'DELETE', row: ResourceRecordSet, client = dns) =>
    client.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId,
        ChangeBatch: { Changes: [{ Action, ResourceRecordSet: row }] },
      }),
    )
  const records = async (HostedZoneId: string) =>
    (await dns.send(new ListResourceRecordSetsCommand({ HostedZoneId }))).ResourceRecordSets!
  return { dns, zone, change, records }
}
