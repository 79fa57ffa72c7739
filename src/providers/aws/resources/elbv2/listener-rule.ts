import type { Aws } from '../../client.ts'
import { carries, tagList } from '../../read.ts'
import { type AwsKind, minute, orAbsent, removed, repeatable, second, settled } from '../common.ts'
import { type Action, actionOf, sameAction } from './action.ts'
import { nameIn, ofMark, taken, withTags } from './common.ts'
import { listenersOf } from './listener.ts'
import { balancersOf } from './load-balancer.ts'

export type ListenerRuleIn = {
  listenerArn: string
  /** 1 to 50000, unique on the listener; the smallest is asked first. */
  priority: number
  /** `/ws/*`: one of them must fit the request's path. `*` is any characters, `?` exactly one. */
  paths: string[]
  action: Action
}

/** Console: Load balancer › Listener › Rules › Add rule. A priority is unique on a listener (docs/facts/aws.md, ELB). */
export const listenerRule: AwsKind<ListenerRuleIn, { id: string }> = {
  type: 'aws:listener-rule',
  title: 'Listener rule',
  idempotency: 'uniqueName',
  after: ['aws:listener', 'aws:target-group'],
  expectMs: 3 * second,
  tagged: true,
  mutable: ['priority', 'paths', 'action'],
  async find(cloud, where) {
    const rows =
      'id' in where ? await byArn(cloud, where.id) : await ofListeners(cloud, await listenersFor(cloud, where))
    const wanted = rows.filter(
      row => !row.IsDefault && ('id' in where || !where.input || row.Priority === String(where.input.priority)),
    )
    return ofMark(
      await withTags(
        cloud,
        wanted.map(row => ({ arn: row.RuleArn })),
      ),
      this.type,
      where,
    )
  },
  async create(cloud, { listenerArn, priority, paths, action }, mark) {
    const answer = await cloud.call('elbv2', 'CreateRule', {
      ListenerArn: listenerArn,
      Priority: priority,
      Conditions: conditionsOf(paths),
      Actions: [actionOf(action)],
      Tags: tagList(mark.tags),
    })
    return answer.Rules?.[0]?.RuleArn ?? ''
  },
  async settle(cloud, id, input, mark) {
    const options = { what: `the rule ${input.priority} of ${nameIn(listenerIn(id))}`, within: 5 * minute }
    const row = await settled(
      cloud,
      async () => (await byArn(cloud, id))[0],
      () => true,
      options,
    )
    if (row.Priority !== String(input.priority)) await move(cloud, row, input, mark.stack)
    if (!matches(row, input)) {
      const Conditions = conditionsOf(input.paths)
      await cloud.call(
        'elbv2',
        'ModifyRule',
        { RuleArn: id, Conditions, Actions: [actionOf(input.action)] },
        repeatable,
      )
    }
    return { id }
  },
  remove: (cloud, id) =>
    removed(cloud, () => cloud.call('elbv2', 'DeleteRule', { RuleArn: id }, repeatable), 5 * minute),
}

type Row = Awaited<ReturnType<typeof rules>>[number]

async function byArn(cloud: Aws, id: string): Promise<Row[]> {
  return (await orAbsent(() => rules(cloud, { RuleArns: [id] }))) ?? []
}

async function ofListeners(cloud: Aws, arns: string[]): Promise<Row[]> {
  const lists = await Promise.all(
    arns.map(async arn => (await orAbsent(() => rules(cloud, { ListenerArn: arn }))) ?? []),
  )
  return lists.flat()
}

async function listenersFor(cloud: Aws, where: { stack: string; input?: ListenerRuleIn }): Promise<string[]> {
  if (where.input) return [where.input.listenerArn]
  const rows = await listenersOf(cloud, await balancersOf(cloud, where.stack))
  return rows.flatMap(row => row.ListenerArn ?? [])
}

/** The default rule of a listener is among them; its priority is `default`. */
function rules(cloud: Aws, where: { ListenerArn?: string; RuleArns?: string[] }) {
  return cloud.pages('elbv2', 'DescribeRules', where, answer => answer.Rules)
}

/**
 * Gives the rule its priority. One of this stack's rules that has it now takes the other's place, in the same call:
 * rules that change places would otherwise each wait for the other.
 */
async function move(cloud: Aws, row: Row, { priority }: ListenerRuleIn, stack: string): Promise<void> {
  const all = await rules(cloud, { ListenerArn: listenerIn(row.RuleArn!) })
  const holder = all.find(one => one.Priority === String(priority))?.RuleArn
  if (holder) {
    const [found] = await withTags(cloud, [{ arn: holder }])
    const ours = found !== undefined && carries(found.tags, { 'stackwright:stack': stack })
    if (!ours) throw taken('rule with priority', String(priority), 'PriorityInUse')
  }
  const RulePriorities = [
    { RuleArn: row.RuleArn, Priority: priority },
    ...(holder ? [{ RuleArn: holder, Priority: Number(row.Priority) }] : []),
  ]
  await cloud.call('elbv2', 'SetRulePriorities', { RulePriorities }, repeatable)
}

/** `arn:…:listener-rule/app/NAME/ID/LISTENER/RULE` lies under `arn:…:listener/app/NAME/ID/LISTENER`. */
function listenerIn(ruleArn: string): string {
  return ruleArn.replace(':listener-rule/', ':listener/').replace(/\/[^/]+$/, '')
}

function conditionsOf(paths: string[]) {
  return [{ Field: 'path-pattern', PathPatternConfig: { Values: paths } }]
}

function matches(row: Row, { paths, action }: ListenerRuleIn): boolean {
  const [condition, ...more] = row.Conditions ?? []
  const now = condition?.PathPatternConfig?.Values ?? condition?.Values ?? []
  return (
    more.length === 0 &&
    condition?.Field === 'path-pattern' &&
    JSON.stringify([...now].sort()) === JSON.stringify([...paths].sort()) &&
    sameAction(row.Actions?.[0], action)
  )
}
