import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { sandbox } from '../emulator/aws/support.ts'
import { bareEnv, run } from '../support/bin.ts'
import { emptyFolder } from '../support/folder.ts'

const noting = pathToFileURL(resolve(import.meta.dirname, '../../bench/loaded.mjs')).href

/** The texts of the bundle's files that `plan` of a blueprint reads. */
async function readBy(blueprint: string): Promise<string[]> {
  const { url } = await sandbox()
  const cwd = await emptyFolder()
  const list = join(await emptyFolder(), 'loaded')
  const env = bareEnv({ STACKWRIGHT_SANDBOX_URL: url, NODE_OPTIONS: `--import ${noting}`, LOADED: list })
  const ended = await run(['plan', '--sandbox', '--blueprint', blueprint], { cwd, env })
  expect(ended).toMatchObject({ code: 0 })
  const files = new Set(readFileSync(list, 'utf8').trim().split('\n'))
  expect(files.size).toBeGreaterThan(5)
  return [...files].map(file => readFileSync(file, 'utf8'))
}

const speaks = (texts: string[], service: string) => texts.some(text => text.includes(`com.amazonaws.${service}"`))

it('a plan on Alibaba Cloud loads no AWS client', async () => {
  expect((await readBy('django')).filter(text => /aws-sdk|smithy/i.test(text))).toEqual([])
})

it('a plan on AWS loads only the clients it calls, and of them only the operations that Stackwright uses', async () => {
  const texts = await readBy('three-tier')
  for (const service of ['ec2', 'rds', 'ssm', 'sts']) expect([service, speaks(texts, service)]).toEqual([service, true])
  for (const service of ['s3', 'iam', 'acm', 'route53', 'autoscaling', 'elasticloadbalancingv2'])
    expect([service, speaks(texts, service)]).toEqual([service, false])
  const all = texts.join('\n')
  expect(all).toContain('DescribeInstanceTypeOfferings')
  expect(all).not.toContain('AcceptAddressTransfer')
})
