import {
  ChangeTagsForResourceCommand,
  DeleteHostedZoneCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  ListTagsForResourceCommand,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53'
import { expect, it } from 'vitest'
import { codeOf, sandbox, until } from '../../support.ts'
import { dnsAt } from './support.ts'

async function start() {
  const box = await sandbox()
  return { box, url: box.url, ...dnsAt(box.url) }
}

const address = (name: string, value = '192.0.2.1'): ResourceRecordSet => ({
  Name: name,
  Type: 'A',
  TTL: 60,
  ResourceRecords: [{ Value: value }],
})

it('a caller reference makes one zone; another one makes a second zone of the same name', async () => {
  const { dns, zone } = await start()
  const first = await zone()
  expect(first).toMatch(/^\/hostedzone\/Z/)
  expect(await codeOf(zone())).toBe('HostedZoneAlreadyExists')
  await zone('two')
  const list = () => dns.send(new ListHostedZonesByNameCommand({ DNSName: 'example.net' }))
  const { HostedZones } = await until(list, answer => answer.HostedZones!.length === 2)
  expect(HostedZones!.map(one => one.CallerReference).sort()).toEqual(['one', 'two'])
  const { DelegationSet } = await dns.send(new GetHostedZoneCommand({ Id: first }))
  expect(DelegationSet!.NameServers).toHaveLength(4)
})

it('records are made once, put any number of times, and deleted only as they are', async () => {
  const { change, records, zone, dns } = await start()
  const id = await zone()
  const made = await change(id, 'CREATE', address('www.example.net'))
  expect(made.ChangeInfo!.Status).toBe('PENDING')
  const status = async () => (await dns.send(new GetChangeCommand({ Id: made.ChangeInfo!.Id }))).ChangeInfo!.Status
  await until(status, word => word === 'INSYNC')
  expect(await codeOf(change(id, 'CREATE', address('www.example.net')))).toBe('InvalidChangeBatch')
  await change(id, 'UPSERT', address('www.example.net', '192.0.2.2'))
  await change(id, 'UPSERT', address('*.example.net'))
  const rows = await records(id)
  expect(rows.map(one => `${one.Name} ${one.Type}`)).toEqual([
    'example.net. NS',
    'example.net. SOA',
    '\\052.example.net. A',
    'www.example.net. A',
  ])
  expect(await codeOf(change(id, 'DELETE', address('www.example.net')))).toBe('InvalidChangeBatch')
  expect(await codeOf(change(id, 'UPSERT', address('www.elsewhere.net')))).toBe('InvalidChangeBatch')
  const remove = () => codeOf(dns.send(new DeleteHostedZoneCommand({ Id: id })))
  expect(await remove()).toBe('HostedZoneNotEmpty')
  await change(id, 'DELETE', address('www.example.net', '192.0.2.2'))
  await change(id, 'DELETE', address('*.example.net'))
  expect(await remove()).toBe('accepted')
  expect(await remove()).toBe('NoSuchHostedZone')
})

it('an alias has neither a TTL nor values', async () => {
  const { change, records, zone } = await start()
  const id = await zone()
  const AliasTarget = {
    HostedZoneId: 'Z14GRHDCWA56QT',
    DNSName: 'web-1.ap-northeast-1.elb.amazonaws.com',
    EvaluateTargetHealth: true,
  }
  const alias = { Name: 'example.net', Type: 'A' as const, AliasTarget }
  expect(await codeOf(change(id, 'UPSERT', { ...alias, TTL: 60 }))).toBe('InvalidChangeBatch')
  await change(id, 'UPSERT', alias)
  const rows = await records(id)
  expect(rows.find(one => one.Type === 'A')!.AliasTarget).toMatchObject({ DNSName: `${AliasTarget.DNSName}.` })
  await change(id, 'DELETE', alias)
})

it('tags of a zone are changed and listed', async () => {
  const { dns, zone } = await start()
  const ResourceId = (await zone()).replace('/hostedzone/', '')
  const about = { ResourceType: 'hostedzone' as const, ResourceId }
  await dns.send(new ChangeTagsForResourceCommand({ ...about, AddTags: [{ Key: 'a', Value: 'b' }] }))
  const { ResourceTagSet } = await dns.send(new ListTagsForResourceCommand(about))
  expect(ResourceTagSet!.Tags).toEqual([{ Key: 'a', Value: 'b' }])
})
