import { describe, expect, it } from 'vitest'
import { codeOf } from '../../support.ts'
import { network, soon, still } from './support.ts'

describe('gateways and addresses', () => {
  it('one internet gateway a VPC, and attaching again says so', async () => {
    const cloud = await still()
    const { ec2, pass } = cloud
    const { vpc, gateway } = await network(cloud)
    const attach = (InternetGatewayId: string) => ec2.attachInternetGateway({ InternetGatewayId, VpcId: vpc })
    expect(await codeOf(attach(gateway))).toBe('Resource.AlreadyAssociated')
    const second = (await ec2.createInternetGateway({})).InternetGateway!.InternetGatewayId!
    pass(soon)
    expect(await codeOf(attach(second))).toBe('InvalidParameterValue')
    const detach = ec2.detachInternetGateway({ InternetGatewayId: second, VpcId: vpc })
    expect(await codeOf(detach)).toBe('Gateway.NotAttached')
    expect(await codeOf(ec2.deleteInternetGateway({ InternetGatewayId: gateway }))).toBe('DependencyViolation')
  })

  it('five addresses a region', async () => {
    const { ec2 } = await still()
    const codes = []
    for (let count = 0; count < 6; count++) codes.push(await codeOf(ec2.allocateAddress({})))
    expect(codes).toEqual([...Array(5).fill('accepted'), 'AddressLimitExceeded'])
  })
})
