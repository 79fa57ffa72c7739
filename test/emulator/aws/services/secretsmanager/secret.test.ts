import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager'
import { expect, it } from 'vitest'
import { codeOf, config, sandbox, until } from '../../support.ts'

const token = 'a'.repeat(32)

async function start() {
  const { url } = await sandbox()
  const client = new SecretsManagerClient(config(url))
  const make = async (input: object = {}) => {
    const made = await client.send(
      new CreateSecretCommand({ Name: 'shop/password', SecretString: 'open sesame', ...input }),
    )
    // A fresh one is not known at once.
    await until(
      () => codeOf(client.send(new DescribeSecretCommand({ SecretId: made.ARN }))),
      word => word === 'accepted',
    )
    return made
  }
  const value = async () => (await client.send(new GetSecretValueCommand({ SecretId: 'shop/password' }))).SecretString
  return { client, make, value }
}

it('a secret is made once for a token, and its value comes back', async () => {
  const { make, value } = await start()
  const first = await make({ ClientRequestToken: token })
  expect((await make({ ClientRequestToken: token })).ARN).toBe(first.ARN)
  expect(await codeOf(make({ ClientRequestToken: token, SecretString: 'else' }))).not.toBe('accepted')
  expect(await codeOf(make())).toBe('ResourceExistsException')
  expect(await value()).toBe('open sesame')
  expect(await codeOf(make({ Name: 'like-aBc123' }))).toBe('InvalidParameterException')
})

it('a new value is the current one', async () => {
  const { client, make, value } = await start()
  await make()
  await client.send(new PutSecretValueCommand({ SecretId: 'shop/password', SecretString: 'second' }))
  expect(await value()).toBe('second')
  const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: 'shop/password' }))
  expect(Object.values(VersionIdsToStages!).flat().sort()).toEqual(['AWSCURRENT', 'AWSPREVIOUS'])
})

it('a deleted secret keeps its name for its window, or a moment when it is forced', async () => {
  const { client, make, value } = await start()
  await make()
  const remove = (input: object) => client.send(new DeleteSecretCommand({ SecretId: 'shop/password', ...input }))
  expect(await codeOf(remove({ RecoveryWindowInDays: 3 }))).toBe('InvalidParameterException')
  await remove({ RecoveryWindowInDays: 7 })
  expect(await codeOf(value())).toBe('InvalidRequestException')
  expect(await codeOf(make())).toBe('InvalidRequestException')
  await client.send(new RestoreSecretCommand({ SecretId: 'shop/password' }))
  expect(await value()).toBe('open sesame')
  await remove({ ForceDeleteWithoutRecovery: true })
  await until(
    () => codeOf(make()),
    word => word === 'accepted',
  )
  await remove({ ForceDeleteWithoutRecovery: true })
  await until(
    () => codeOf(value()),
    word => word === 'ResourceNotFoundException',
  )
  await remove({ ForceDeleteWithoutRecovery: true })
})

it('secrets are found by their tags', async () => {
  const { client, make } = await start()
  await make({ Tags: [{ Key: 'a', Value: 'b' }] })
  await client.send(new TagResourceCommand({ SecretId: 'shop/password', Tags: [{ Key: 'c', Value: 'd' }] }))
  const Filters = [{ Key: 'tag-key' as const, Values: ['c'] }]
  const find = async () => (await client.send(new ListSecretsCommand({ Filters }))).SecretList!
  const [one] = await until(find, rows => rows.length === 1)
  expect(one!.Tags).toHaveLength(2)
})
