import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { image, network, soon, still } from '../../support.ts'

const publicKey = `ssh-rsa ${Buffer.concat([
  Buffer.from([0, 0, 0, 7]),
  Buffer.from('ssh-rsa'),
  generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'pkcs1', format: 'der' }),
]).toString('base64')} someone`

describe('a key pair', () => {
  it('has a name of its own in its region', async () => {
    const { ask, code, inventory } = await still()
    const first = await ask('ecs.ImportKeyPair', { KeyPairName: 'mine', PublicKeyBody: publicKey })
    expect(first.KeyPairFingerPrint).toMatch(/^[0-9a-f]{32}$/)
    expect(await code('ecs.ImportKeyPair', { KeyPairName: 'mine', PublicKeyBody: publicKey })).toBe(
      'KeyPair.AlreadyExist',
    )
    expect(
      await code('ecs.ImportKeyPair', { RegionId: 'cn-hangzhou', KeyPairName: 'mine', PublicKeyBody: publicKey }),
    ).toBe('accepted')
    expect(inventory().map(item => item.id)).toEqual(['mine', 'mine'])
  })

  it('is refused when it is none, or of a kind the reference does not list', async () => {
    const { code } = await still()
    const add = (PublicKeyBody: string) => code('ecs.ImportKeyPair', { KeyPairName: 'mine', PublicKeyBody })
    expect(await add('hello')).toBe('InvalidPublicKeyBody.Malformed')
    expect(await add('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB')).toBe('InvalidPublicKeyBody.Malformed')
  })

  it('is found by name at once and by tag a little later, and can be tagged by its name', async () => {
    const { ask, pass } = await still()
    await ask('ecs.ImportKeyPair', {
      KeyPairName: 'mine',
      PublicKeyBody: publicKey,
      'Tag.1.Key': 'a',
      'Tag.1.Value': 'b',
    })
    expect((await ask('ecs.DescribeKeyPairs', { KeyPairName: 'mine' })).TotalCount).toBe(1)
    expect((await ask('ecs.DescribeKeyPairs', { 'Tag.1.Key': 'a' })).TotalCount).toBe(0)
    pass(soon)
    expect((await ask('ecs.DescribeKeyPairs', { 'Tag.1.Key': 'a' })).TotalCount).toBe(1)
    await ask('ecs.TagResources', {
      ResourceType: 'keypair',
      'ResourceId.1': 'mine',
      'Tag.1.Key': 'c',
      'Tag.1.Value': 'd',
    })
    const { TagResources } = await ask('ecs.ListTagResources', { ResourceType: 'keypair', 'ResourceId.1': 'mine' })
    expect(TagResources.TagResource).toHaveLength(2)
  })

  it('cannot be deleted while a machine has it, and deleting what is not there is no error', async () => {
    const cloud = await still()
    await cloud.ask('ecs.ImportKeyPair', { KeyPairName: 'mine', PublicKeyBody: publicKey })
    const { VSwitchId, SecurityGroupId } = await network(cloud)
    await cloud.ask('ecs.RunInstances', {
      VSwitchId,
      SecurityGroupId,
      ImageId: image,
      InstanceType: 'ecs.g6.large',
      KeyPairName: 'mine',
    })
    const remove = (...names: string[]) => cloud.code('ecs.DeleteKeyPairs', { KeyPairNames: JSON.stringify(names) })
    expect(await remove('mine')).toBe('InvalidParameter.KeypairAlreadyAttachedInstance')
    expect(await remove('never')).toBe('accepted')
  })
})
