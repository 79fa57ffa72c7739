import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readAnswersFile, valuesOf } from '../../src/answers/answers.ts'
import { parseAnswersText } from '../../src/answers/file.ts'
import { ask, fileWith, folder } from './asked.ts'

describe('Answers files', () => {
  it('nested and flat, YAML and JSON give the same answers', async () => {
    const texts = {
      'nested.yaml':
        'stack: web\nregion: ap-northeast-1\nvpc:\n  name: 007\nmachine:\n  tags: { a: b }\n  ports: [22, 443]\n',
      'flat.yml': 'stack: web\nregion: ap-northeast-1\nvpc.name: "007"\nmachine.tags: a=b\nmachine.ports: 22,443\n',
      'nested.json':
        '{"stack":"web","region":"ap-northeast-1","vpc":{"name":"007"},"machine":{"tags":{"a":"b"},"ports":[22,443]}}',
    }
    const all = []
    for (const [name, text] of Object.entries(texts)) {
      const file = await readAnswersFile(fileWith(name, text))
      expect(file).toMatchObject({ stack: 'web', region: 'ap-northeast-1' })
      const { answers, problems } = await ask({ sources: { file } })
      expect(problems).toEqual([])
      all.push(valuesOf(answers))
    }
    expect(all[0]).toMatchObject({ 'vpc.name': '007', 'machine.tags': { a: 'b' }, 'machine.ports': ['22', '443'] })
    expect(all[1]).toEqual(all[0])
    expect(all[2]).toEqual(all[0])
  })

  it('one answer given nested and flat is refused', async () => {
    const file = await readAnswersFile(fileWith('a.yaml', 'vpc: { name: a }\nvpc.name: b\n'))
    expect((await ask({ sources: { file } })).problems[0]).toContain('given twice')
  })

  it('a file with a syntax error is refused with its line', async () => {
    await expect(readAnswersFile(fileWith('a.yaml', 'vpc:\n  name: [1\nx: y'))).rejects.toThrow(/Line \d/)
    await expect(readAnswersFile(fileWith('a.json', '{"vpc":'))).rejects.toMatchObject({ exit: 2 })
    await expect(readAnswersFile(join(folder(), 'none.yaml'))).rejects.toMatchObject({ exit: 2 })
    expect(() => parseAnswersText('- 1\n', 'a.yaml')).toThrow(/keys and values/)
    expect(() => parseAnswersText('a: &x 1\nb: *x\n', 'a.yaml')).toThrow(/aliases/)
  })

  it('a key called __proto__ is just another unknown key', async () => {
    const file = await readAnswersFile(fileWith('a.json', '{"__proto__":{"vpc.name":"x"}}'))
    const { problems, answers } = await ask({ sources: { file } })
    expect(problems[0]).toContain('__proto__')
    expect(answers['vpc.name']?.value).toBe('web-vpc')
  })
})
