import { describe, expect, it } from 'vitest'
import { codeOf } from '../../support.ts'
import { image, network, soon, still } from './support.ts'

const bytes = (text: string) => Buffer.from(text).toString('base64')

describe('launch templates', () => {
  it('have versions that stay, one of them the default, and start instances', async () => {
    const cloud = await still()
    const { ec2, pass } = cloud
    const net = await network(cloud)
    const data = {
      ImageId: await image(cloud, 'arm64'),
      InstanceType: 't4g.micro' as const,
      SecurityGroupIds: [net.group],
      UserData: bytes('#!/bin/sh\n'),
      TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [{ Key: 'Server', Value: 'App' }] }],
    }
    const make = () => ec2.createLaunchTemplate({ LaunchTemplateName: 'app', LaunchTemplateData: data })
    const { LaunchTemplate } = await make()
    expect(LaunchTemplate).toMatchObject({ DefaultVersionNumber: 1, LatestVersionNumber: 1 })
    expect(await codeOf(make())).toBe('InvalidLaunchTemplateName.AlreadyExistsException')
    const byName = { LaunchTemplateName: 'app' }
    const next = { ...byName, SourceVersion: '1', LaunchTemplateData: { InstanceType: 't4g.small' as const } }
    const { LaunchTemplateVersion } = await ec2.createLaunchTemplateVersion(next)
    expect(LaunchTemplateVersion).toMatchObject({ VersionNumber: 2, DefaultVersion: false })
    expect(LaunchTemplateVersion!.LaunchTemplateData).toMatchObject({ ...data, InstanceType: 't4g.small' })
    await ec2.modifyLaunchTemplate({ ...byName, DefaultVersion: '2' })
    const { Instances } = await ec2.runInstances({
      MinCount: 1,
      MaxCount: 1,
      SubnetId: net.closed,
      LaunchTemplate: byName,
    })
    expect(Instances).toMatchObject([{ InstanceType: 't4g.small', Tags: [{ Key: 'Server', Value: 'App' }] }])
    pass(soon)
    const byTag = { Filters: [{ Name: 'tag:Server', Values: ['App'] }] }
    expect((await ec2.describeInstances(byTag)).Reservations).toHaveLength(1)
    await ec2.deleteLaunchTemplate(byName)
    expect(await codeOf(ec2.describeLaunchTemplates({ LaunchTemplateNames: ['app'] }))).toBe(
      'InvalidLaunchTemplateName.NotFoundException',
    )
    const gone = ec2.describeLaunchTemplates({ LaunchTemplateIds: [LaunchTemplate!.LaunchTemplateId!] })
    expect(await codeOf(gone)).toBe('InvalidLaunchTemplateId.NotFound')
  })
})
