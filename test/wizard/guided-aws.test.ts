import { ChangeResourceRecordSetsCommand, CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { blueprints } from '../../src/blueprints/index.ts'
import { asPerson } from '../support/aws.ts'
import {
  answer,
  build,
  correct,
  correctTheNetwork,
  type Desk,
  enterUntil,
  expectRepeated,
  openDesk,
  printedCommand,
  stopAt,
} from './by-hand.ts'

let desk: Desk
beforeAll(() => {
  desk = openDesk()
})
afterAll(() => desk.close())

it('rails is built by hand with an invalid answer, a step back, a stop, a correction and a certificate that waits for its proof; the printed command and file repeat its plan', async () => {
  const folder = desk.folder('rails')
  const start = () => desk.up(folder, ['--blueprint', 'rails', '--stack', 'shop'])
  const first = start()
  await correctTheNetwork(first, 'Show every field', '10.20.0.0/16')
  await stopAt(first, folder, 'Web servers')

  const second = start()
  await enterUntil(second, 'Web servers')
  await enterUntil(second, 'Database name')
  answer(second, 'shop_db')
  await enterUntil(second, 'Domain and HTTPS')
  second.key('Down')
  await second.waitFor('> A domain in Route 53')
  second.key('Down')
  await second.waitFor('> A domain whose DNS is elsewhere')
  second.key('Enter')
  await second.waitFor('? Domain name')
  answer(second, 'www.shop-of-tests.com')
  await second.waitFor('? Wait for the certificate')
  second.key('Up')
  await second.waitFor('> Yes')
  second.key('Enter')
  await enterUntil(second, 'All right?')
  expect(second.history()).toMatch(/SSH to the bastion is open to the whole internet[^?]*--set bastion\.sshFrom=/)
  await correct(second, 'SSH (22) to the bastion allowed from', '203.0.113.7')
  await build(second)

  const asked = /^Name: +(\S+)\nType: +CNAME\nValue: +(\S+)$/m
  const [, name = '', value = ''] = asked.exec(await second.waitFor(asked, 60_000))!
  await addRecord(name, value)
  expect(await second.exit(60_000), second.screen()).toBe(0)
  expect(second.history()).toMatch(/^url +https:/m)

  const command = printedCommand(second)
  for (const answered of ['vpc.cidr=10.20.0.0/16', 'bastion.sshFrom=203.0.113.7', 'database.name=shop_db'])
    expect(command).toContain(`--set ${answered}`)
  expect(command).not.toContain('ssh-ed25519')
  expectRepeated(desk, second, folder)
  desk.stackwright(folder, ['teardown', '--yes', '--stack', 'shop'])
}, 180_000)

it('the three tiers are built by hand the same way, and the printed command and file repeat their plan', async () => {
  const folder = desk.folder('three-tier')
  const start = () => desk.up(folder, ['--blueprint', 'three-tier', '--stack', 'shop'])
  const first = start()
  await correctTheNetwork(first, 'Show every field', '10.20.0.0/16')
  await stopAt(first, folder, 'Number of web servers')

  const second = start()
  await enterUntil(second, 'Number of web servers')
  answer(second, '3')
  await enterUntil(second, 'Readers')
  answer(second, '0')
  await enterUntil(second, 'All right?')
  // The most there may be follows the number, also when that is corrected at the end.
  await correct(second, 'Number of application servers', '5')
  await build(second)
  expect(await second.exit(60_000), second.screen()).toBe(0)

  const command = printedCommand(second)
  for (const answered of ['web.count=3', 'web.max=4', 'tier.count=5', 'tier.max=5', 'aurora.readers=0'])
    expect(command).toContain(`--set ${answered}`)
  expectRepeated(desk, second, folder)
}, 180_000)

it('with --cloud only its blueprints are offered, and each region with its place', async () => {
  const open = desk.up(desk.folder('start'), ['--cloud', 'aws'])
  const screen = await open.waitFor('? What do you want to build?')
  const lines = screen.split('\n').map(line => line.replace(/^>/, '').trim())
  for (const { title, targets } of blueprints) expect(lines.includes(title), title).toBe('aws' in targets)
  open.key('Enter')
  await open.waitFor('> ap-northeast-1   Asia Pacific (Tokyo)')
  expect(open.screen()).toContain('Europe (Frankfurt)')
  open.key('C-c')
  expect(await open.exit()).toBe(130)
})

it('an unknown blueprint is refused at once, even if JavaScript has something of that name', async () => {
  const open = desk.up(desk.folder('none'), ['--blueprint', 'constructor'])
  await open.waitFor('There is no blueprint "constructor".')
  expect(await open.exit()).toBe(2)
})

/** What the person does at their DNS provider. */
async function addRecord(Name: string, Value: string): Promise<void> {
  const dns = new Route53Client(asPerson(desk.url))
  const made = await dns.send(new CreateHostedZoneCommand({ Name: 'shop-of-tests.com', CallerReference: 'years ago' }))
  const record = { Name, Type: 'CNAME' as const, TTL: 60, ResourceRecords: [{ Value }] }
  const Changes = [{ Action: 'CREATE' as const, ResourceRecordSet: record }]
  await dns.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: made.HostedZone!.Id!, ChangeBatch: { Changes } }))
  dns.destroy()
}
