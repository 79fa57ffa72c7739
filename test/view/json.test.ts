import { describe, expect, it } from 'vitest'
import { jsonView } from '../../src/view/json.ts'
import { recorder, run } from './events.ts'

describe('the JSON view', () => {
  it('writes one line per event and puts the address at the top level of the last one', () => {
    const out = recorder()
    const view = jsonView(out)
    for (const each of run) view.emit(each)
    view.say('not for programs')
    const events = out.results.map(text => JSON.parse(text) as Record<string, unknown>)
    expect(events).toHaveLength(run.length)
    expect(events.at(-1)).toMatchObject({ is: 'done', url: 'http://47.1.1.1/', outputs: { url: 'http://47.1.1.1/' } })
  })
})
