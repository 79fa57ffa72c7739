import { describe, expect, it } from 'vitest'
import { codeOf } from '../../support.ts'
import { still } from '../ec2/support.ts'

describe('parameters', () => {
  it('keep secrets sealed, versions counted and tags for their first time only', async () => {
    const { ssm, world } = await still()
    const secret = { Name: '/stack/db', Type: 'SecureString' as const, Value: 'hunter2-and-more' }
    await ssm.putParameter({ ...secret, Tags: [{ Key: 'a', Value: 'b' }] })
    expect(await codeOf(ssm.putParameter(secret))).toBe('ParameterAlreadyExists')
    const mixed = ssm.putParameter({ ...secret, Overwrite: true, Tags: [{ Key: 'a', Value: 'c' }] })
    expect(await codeOf(mixed)).toBe('ValidationException')
    expect(await ssm.putParameter({ ...secret, Overwrite: true })).toMatchObject({ Version: 2 })
    const { Parameter } = await ssm.getParameter({ Name: '/stack/db', WithDecryption: true })
    expect(Parameter).toMatchObject({ Value: 'hunter2-and-more', Version: 2, Type: 'SecureString' })
    const sealed = await ssm.getParameter({ Name: '/stack/db' })
    expect(sealed.Parameter!.Value).not.toContain('hunter2')
    expect(JSON.stringify(world.all())).not.toContain('hunter2')
    const { TagList } = await ssm.listTagsForResource({ ResourceType: 'Parameter', ResourceId: '/stack/db' })
    expect(TagList).toEqual([{ Key: 'a', Value: 'b' }])
    const { DeletedParameters, InvalidParameters } = await ssm.deleteParameters({ Names: ['/stack/db', '/stack/no'] })
    expect([DeletedParameters, InvalidParameters]).toEqual([['/stack/db'], ['/stack/no']])
    expect(await codeOf(ssm.getParameter({ Name: '/stack/db' }))).toBe('ParameterNotFound')
    expect(await codeOf(ssm.putParameter({ ...secret, Name: '/aws/x' }))).toBe('ValidationException')
  })

  it('are found by tag, name and path after a moment', async () => {
    const { ssm, pass } = await still()
    const Tags = [{ Key: 'stackwright:stack', Value: 'one' }]
    await ssm.putParameter({ Name: '/one/a', Type: 'String', Value: '1', Tags })
    await ssm.putParameter({ Name: '/one/b/c', Type: 'String', Value: '2' })
    const find = async (Key: string, Option: string, Value: string) => {
      const { Parameters } = await ssm.describeParameters({ ParameterFilters: [{ Key, Option, Values: [Value] }] })
      return Parameters!.map(one => one.Name)
    }
    expect(await find('Name', 'Equals', '/one/a')).toEqual([])
    pass(6)
    expect(await find('tag:stackwright:stack', 'Equals', 'one')).toEqual(['/one/a'])
    expect(await find('Name', 'BeginsWith', '/one/')).toEqual(['/one/a', '/one/b/c'])
    const { Parameters } = await ssm.getParametersByPath({ Path: '/one' })
    expect(Parameters!.map(one => one.Value)).toEqual(['1'])
  })
})
