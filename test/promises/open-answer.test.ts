import { afterEach, describe, expect, it } from 'vitest'
import { serve } from '../../src/commands/emulator.ts'
import { bareEnv, run } from '../support/bin.ts'
import { emptyFolder } from '../support/folder.ts'
import { type Answer, startProxy } from '../support/proxy.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

const json = (body: object): Answer => ({
  status: 403,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify({ RequestId: '0-0-0', Message: 'It may not.', ...body })),
})
const xml = (code: string): Answer => ({
  status: 403,
  headers: { 'content-type': 'text/xml' },
  body: Buffer.from(
    `<Response><Errors><Error><Code>${code}</Code><Message>It may not.</Message></Error></Errors><RequestID>0</RequestID></Response>`,
  ),
})

describe('a create whose answer was lost, and whose second try the cloud refuses', () => {
  it.each([
    { blueprint: 'django', action: 'CreateVpc', no: json({ Code: 'Forbidden.RAM' }), type: 'vpc' },
    { blueprint: 'django', action: 'RunInstances', no: json({ Code: 'Forbidden.RAM' }), type: 'instance' },
    { blueprint: 'rails', action: 'CreateNatGateway', no: xml('UnauthorizedOperation'), type: 'nat-gateway' },
  ])(
    'is found and kept, not forgotten and made again: $action of $blueprint',
    async ({ blueprint, action, no, type }) => {
      const sandbox = await serve({ speed: 1000 })
      open.push(sandbox.close)
      let tries = 0
      const proxy = await startProxy(sandbox.url, {
        instead: call => (call.action === action && ++tries === 2 ? no : undefined),
        lose: call => call.action === action && tries === 1,
      })
      open.push(proxy.close)
      const up = ['up', '--sandbox', '--yes', '--blueprint', blueprint]
      const env = bareEnv({ STACKWRIGHT_SANDBOX_URL: proxy.url })
      const ended = await run(up, { cwd: await emptyFolder(), env })
      expect(ended.code, ended.stdout + ended.stderr).toBe(0)
      expect(tries).toBe(2)
      expect(sandbox.inventory().filter(thing => thing.type === type)).toHaveLength(1)
    },
  )
})
