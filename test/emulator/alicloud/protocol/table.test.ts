import { describe, expect, it } from 'vitest'
import { answerDefect, readRequest } from '../../../../src/emulator/alicloud/protocol/table.ts'
import { ApiError } from '../../../../src/emulator/world/model.ts'

const read = (name: string, params: Record<string, string>) => {
  const [product = '', action = ''] = name.split('.')
  try {
    return readRequest(product, action, new Map(Object.entries(params)))
  } catch (error) {
    if (error instanceof ApiError) return `${error.status} ${error.code}`
    throw error
  }
}
const region = { RegionId: 'ap-northeast-1' }
const vpc = (params: Record<string, string>) => read('vpc.CreateVpc', { ...region, ...params })

describe('requests against the official table', () => {
  it('become lists and objects, with leaves as they were sent', () => {
    expect(vpc({ 'Tag.2.Key': 'b', 'Tag.1.Key': 'a', 'Tag.1.Value': '1', DryRun: 'true' })).toEqual({
      ...region,
      Tag: [{ Key: 'a', Value: '1' }, { Key: 'b' }],
      DryRun: 'true',
    })
    expect(read('ecs.RunInstances', { ...region, 'SystemDisk.Size': '40', 'HostNames.1': 'a' })).toEqual({
      ...region,
      SystemDisk: { Size: '40' },
      HostNames: ['a'],
    })
  })

  it('keep JSON strings as strings', () => {
    const group = { LoadBalancerId: 'lb-1', BackendServers: '[{"ServerId":"i-1"}]' }
    expect(read('slb.CreateVServerGroup', { ...region, ...group })).toEqual({ ...region, ...group })
  })

  it('are refused for an action nobody knows', () => {
    expect(read('vpc.CreateVcp', region)).toBe('404 InvalidAction.NotFound')
    expect(read('vpc.constructor', region)).toBe('404 InvalidAction.NotFound')
  })

  it('are refused for parameters nobody knows, however deep', () => {
    expect(vpc({ Cidr: '10.0.0.0/8' })).toBe('400 UnsupportedParameter')
    expect(vpc({ 'Tag.1.Name': 'x' })).toBe('400 UnsupportedParameter')
    expect(vpc({ 'CidrBlock.1': 'x' })).toBe('400 UnsupportedParameter')
    expect(vpc({ __proto__x: 'x', '__proto__.x': 'x' })).toBe('400 UnsupportedParameter')
    expect(read('ecs.RunInstances', { ...region, VpcId: 'vpc-1' })).toBe('400 UnsupportedParameter')
  })

  it('are refused for lists without an index, from zero, or with gaps', () => {
    expect(vpc({ 'Tag.Key': 'x' })).toBe('400 UnsupportedParameter')
    expect(vpc({ 'Tag.0.Key': 'x' })).toBe('400 UnsupportedParameter')
    expect(vpc({ 'Tag.2.Key': 'x' })).toBe('400 InvalidParameter')
    expect(vpc({ Tag: '[object Object]' })).toBe('400 InvalidParameter')
    expect(vpc({ 'Tag.1': 'x' })).toBe('400 InvalidParameter')
  })

  it('are refused for scalars of a wrong type', () => {
    expect(vpc({ DryRun: 'yes' })).toBe('400 InvalidParameter')
    expect(vpc({ Ipv4CidrMask: '1.5' })).toBe('400 InvalidParameter')
    expect(vpc({ Ipv4CidrMask: 'undefined' })).toBe('400 InvalidParameter')
  })

  it('are refused without what is required', () => {
    expect(read('vpc.CreateVpc', {})).toBe('400 MissingRegionId')
    expect(read('vpc.DeleteVpc', { VpcId: '' })).toBe('400 MissingVpcId')
  })
})

describe('answers against the official table', () => {
  const told = (body: object) => answerDefect('vpc', 'DescribeVpcs', body as never)

  it('pass when every name, wrapper and type is official', () => {
    const one = { VpcId: 'vpc-1', IsDefault: false, Tags: { Tag: [{ Key: 'a', Value: 'b' }] } }
    expect(told({ PageNumber: 1, Vpcs: { Vpc: [one] } })).toBeUndefined()
  })

  it('name the first field that is not', () => {
    expect(told({ Vpcs: [] })).toContain('vpc.DescribeVpcs.Vpcs must be an object')
    expect(told({ Vpcs: { Vpc: [{ Name: 'x' }] } })).toContain('Vpc[0].Name is not in the official answer')
    expect(told({ TotalCount: '1' })).toContain('TotalCount must be a number')
    expect(told({ Vpcs: { Vpc: [{ IsDefault: 'false' }] } })).toContain('IsDefault must be true or false')
    expect(told({ Vpcs: { Vpc: [{ VpcId: null }] } })).toContain('VpcId must be a string')
  })
})
