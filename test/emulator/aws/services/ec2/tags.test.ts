import { describe, expect, it } from 'vitest'
import { codeOf } from '../../support.ts'
import { type Still, soon, still } from './support.ts'

describe('tags', () => {
  it('are added, found and taken away by id', async () => {
    const cloud: Still = await still()
    const { ec2, pass } = cloud
    const id = (await ec2.createInternetGateway({})).InternetGateway!.InternetGatewayId!
    await ec2.createTags({ Resources: [id], Tags: [{ Key: 'a', Value: '1' }] })
    pass(soon)
    const { Tags } = await ec2.describeTags({ Filters: [{ Name: 'key', Values: ['a'] }] })
    expect(Tags).toMatchObject([{ ResourceId: id, ResourceType: 'internet-gateway', Value: '1' }])
    await ec2.deleteTags({ Resources: [id], Tags: [{ Key: 'a' }] })
    expect((await ec2.describeTags({})).Tags).toEqual([])
    expect(await codeOf(ec2.createTags({ Resources: [id], Tags: [{ Key: 'aws:a', Value: '1' }] }))).toBe(
      'InvalidParameterValue',
    )
  })
})
