import { STS } from '@aws-sdk/client-sts'
import { describe, expect, it } from 'vitest'
import { codeOf, config } from '../../support.ts'
import { still, trust } from '../ec2/support.ts'

const policy = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore'

describe('roles', () => {
  it('have one name whatever its case, and leave only when nothing hangs on them', async () => {
    const { iam, pass } = await still()
    const make = (RoleName: string) => iam.createRole({ RoleName, AssumeRolePolicyDocument: trust })
    const { Role } = await make('Web')
    expect(Role).toMatchObject({ Arn: 'arn:aws:iam::500000000001:role/Web', RoleId: expect.stringMatching(/^AROA/) })
    expect(await codeOf(make('web'))).toBe('EntityAlreadyExists')
    const RoleName = 'Web'
    await iam.attachRolePolicy({ RoleName, PolicyArn: policy })
    await iam.putRolePolicy({ RoleName, PolicyName: 'read', PolicyDocument: trust })
    await iam.createInstanceProfile({ InstanceProfileName: 'p' })
    const add = () => iam.addRoleToInstanceProfile({ InstanceProfileName: 'p', RoleName })
    expect(await codeOf(add())).toBe('NoSuchEntity')
    pass(4)
    await add()
    expect(await codeOf(add())).toBe('LimitExceeded')
    const drop = () => codeOf(iam.deleteRole({ RoleName }))
    expect(await drop()).toBe('DeleteConflict')
    expect(await codeOf(iam.deleteInstanceProfile({ InstanceProfileName: 'p' }))).toBe('DeleteConflict')
    await iam.removeRoleFromInstanceProfile({ InstanceProfileName: 'p', RoleName })
    await iam.deleteInstanceProfile({ InstanceProfileName: 'p' })
    expect(await drop()).toBe('DeleteConflict')
    await iam.detachRolePolicy({ RoleName, PolicyArn: policy })
    expect(await drop()).toBe('DeleteConflict')
    await iam.deleteRolePolicy({ RoleName, PolicyName: 'read' })
    expect(await drop()).toBe('accepted')
    expect(await codeOf(iam.getRole({ RoleName }))).toBe('NoSuchEntity')
  })

  it('carry tags and documents as they were given', async () => {
    const { iam } = await still()
    const Tags = [{ Key: 'stackwright:stack', Value: 'one' }]
    await iam.createRole({ RoleName: 'r', AssumeRolePolicyDocument: trust, Tags })
    await iam.putRolePolicy({ RoleName: 'r', PolicyName: 'p', PolicyDocument: trust })
    expect((await iam.listRoleTags({ RoleName: 'r' })).Tags).toEqual(Tags)
    const { PolicyDocument } = await iam.getRolePolicy({ RoleName: 'r', PolicyName: 'p' })
    expect(decodeURIComponent(PolicyDocument!)).toBe(trust)
    expect((await iam.listRoles({})).Roles).toMatchObject([{ RoleName: 'r' }])
    const odd = iam.putRolePolicy({ RoleName: 'r', PolicyName: 'q', PolicyDocument: '{' })
    expect(await codeOf(odd)).toBe('MalformedPolicyDocument')
    const nobody = iam.attachRolePolicy({ RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/Nobody' })
    expect(await codeOf(nobody)).toBe('NoSuchEntity')
  })

  it('belong to one account', async () => {
    const { iam, url } = await still()
    await iam.createRole({ RoleName: 'r', AssumeRolePolicyDocument: trust })
    const other = new STS(config(url, { accessKeyId: 'other', secretAccessKey: 'other' }))
    expect(await other.getCallerIdentity({})).toMatchObject({ Account: '500000000002' })
    const mine = new STS(config(url))
    expect(await mine.getCallerIdentity({})).toMatchObject({ Account: '500000000001' })
  })
})
