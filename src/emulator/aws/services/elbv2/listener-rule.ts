import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { hex } from '../../core/ids.ts'
import { object, objects, operation, refuse, requireParameter, word, words } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import { createResource, removeResource, resourcesOf, text, time, updateResource } from '../../core/resources.ts'
import { tagsIn } from '../../core/tags.ts'
import { listenerOf } from './listener.ts'
import { describeActions, readActions } from './listener-action.ts'
import { marker } from './load-balancer.ts'
import { elbFind, elbTagCodes, invalid } from './lookup.ts'

/** Rules of application load balancers. Their key is (listener, priority); making one again is refused. */
export const listenerRuleOperations: Record<string, Operation> = {
  'elbv2.CreateRule': operation('ListenerArn Conditions Priority Actions Tags', (input, call) => {
    const listener = listenerOf(call, input)
    const balancer = elbFind(call, 'load-balancer', text(listener, 'balancerId'))
    const tags = tagsIn(input, elbTagCodes)
    const priority = readPriority(word(input, 'Priority'))
    if (rulesOf(call, listener).some(one => one.data.priority === priority)) inUse(priority)
    if (resourcesOf(call, 'rule').filter(one => text(one, 'balancerId') === balancer.id).length >= 100) {
      refuse(400, 'TooManyRulesException', 'The maximum number of rules per load balancer has been reached.')
    }
    const data = {
      listenerId: listener.id,
      balancerId: balancer.id,
      priority,
      conditions: readConditions(objects(input, 'Conditions')),
      actions: readActions(call, balancer, objects(input, 'Actions')),
    }
    const id = `${listener.id.replace(':listener/', ':listener-rule/')}/${hex(call.world, 16)}`
    return { Rules: [describe(createResource(call, 'rule', id, data, { tags }))] }
  }),
  'elbv2.DescribeRules': operation('ListenerArn RuleArns Marker PageSize', (input, call) => {
    const arns = words(input, 'RuleArns')
    if (arns.length > 0) return { Rules: arns.map(one => ruleOrDefault(call, one)) }
    const listener = listenerOf(call, input)
    const rules = rulesOf(call, listener).sort((one, other) => time(one, 'priority') - time(other, 'priority'))
    const { rows, next } = page(input, [...rules.map(describe), defaultRule(listener)], {
      limit: 'PageSize',
      token: 'Marker',
      size: 400,
    })
    return { Rules: rows, ...marker(next) }
  }),
  'elbv2.ModifyRule': operation('RuleArn Conditions Actions', (input, call) => {
    const rule = ruleOf(call, requireParameter(input, 'RuleArn', 'ValidationError'))
    const balancer = elbFind(call, 'load-balancer', text(rule, 'balancerId'))
    if (input.Conditions) updateResource(call, rule, { conditions: readConditions(objects(input, 'Conditions')) })
    if (input.Actions) updateResource(call, rule, { actions: readActions(call, balancer, objects(input, 'Actions')) })
    return { Rules: [describe(rule)] }
  }),
  'elbv2.SetRulePriorities': operation('RulePriorities', (input, call) => {
    const pairs = objects(input, 'RulePriorities').map(one => ({
      rule: ruleOf(call, word(one, 'RuleArn')),
      priority: readPriority(word(one, 'Priority')),
    }))
    for (const { rule, priority } of pairs) {
      if (pairs.some(one => one.rule !== rule && one.priority === priority)) inUse(priority)
      const listener = elbFind(call, 'listener', text(rule, 'listenerId'))
      const others = rulesOf(call, listener).filter(one => !pairs.some(pair => pair.rule === one))
      if (others.some(one => one.data.priority === priority)) inUse(priority)
    }
    for (const { rule, priority } of pairs) updateResource(call, rule, { priority })
    return { Rules: pairs.map(one => describe(one.rule)) }
  }),
  'elbv2.DeleteRule': operation('RuleArn', (input, call) => {
    removeResource(call, ruleOf(call, requireParameter(input, 'RuleArn', 'ValidationError')))
    return {}
  }),
}

/** The rules of a listener besides its default actions. */
export function rulesOf(call: Call, listener: Resource): Resource[] {
  return resourcesOf(call, 'rule').filter(one => text(one, 'listenerId') === listener.id)
}

function ruleOf(call: Call, id: string): Resource {
  if (defaultOwner(call, id)) {
    refuse(400, 'OperationNotPermittedException', `Default rule '${id}' cannot be modified or deleted`)
  }
  return elbFind(call, 'rule', id)
}

function ruleOrDefault(call: Call, id: string): JsonObject {
  const listener = defaultOwner(call, id)
  return listener ? defaultRule(listener) : describe(elbFind(call, 'rule', id))
}

function defaultOwner(call: Call, id: string): Resource | undefined {
  return resourcesOf(call, 'listener').find(one => text(one, 'defaultRule') === id)
}

function readPriority(value: string): number {
  const priority = Number(value)
  if (!Number.isInteger(priority) || priority < 1 || priority > 50_000) {
    invalid(`Rule priority '${value}' must be between '1' and '50000' inclusive`)
  }
  return priority
}

function inUse(priority: number): never {
  return refuse(400, 'PriorityInUseException', `Priority '${priority}' is currently in use`)
}

const fields: Record<string, string> = {
  'path-pattern': 'PathPatternConfig',
  'host-header': 'HostHeaderConfig',
  'http-request-method': 'HttpRequestMethodConfig',
  'source-ip': 'SourceIpConfig',
}

/** Each as the product shows it: values under the field's own name and, for paths and hosts, beside it as well. */
function readConditions(list: JsonObject[]): JsonObject[] {
  if (list.length === 0) invalid('A condition must be specified')
  const all = list.map(readCondition)
  for (const field of Object.keys(fields)) {
    if (all.filter(one => one.Field === field).length > 1) {
      invalid(`A rule can only have one '${field}' condition`)
    }
  }
  const values = all.flatMap(one => words(object(one, fields[word(one, 'Field')]!), 'Values'))
  if (values.length > mostValues) invalid(`A rule can only have '${mostValues}' condition values`)
  const wildcards = all
    .flatMap(one => words(one, 'Values'))
    .join('')
    .replace(/[^*?]/g, '').length
  if (wildcards > mostWildcards) invalid(`A rule can only have '${mostWildcards}' condition wildcards`)
  return all
}

/** Quotas of a rule. */
const mostValues = 5
const mostWildcards = 6

function readCondition(one: JsonObject): JsonObject {
  const field = word(one, 'Field')
  const config =
    fields[field] ?? invalid(`Condition field '${field}' must be one of '${Object.keys(fields).join(', ')}'`)
  const values = [...words(one, 'Values'), ...words(object(one, config), 'Values')]
  if (values.length === 0) invalid('A condition value must be specified')
  if (values.some(value => value.length > 128)) invalid('A condition value cannot be longer than 128 characters')
  const both = field === 'path-pattern' || field === 'host-header'
  return { Field: field, ...(both && { Values: values }), [config]: { Values: values } }
}

function describe(rule: Resource): JsonObject {
  return {
    RuleArn: rule.id,
    Priority: text(rule, 'priority'),
    Conditions: objects(rule.data, 'conditions'),
    Actions: describeActions(objects(rule.data, 'actions')),
    IsDefault: false,
  }
}

/** Every listener has one; it comes and goes with it. */
function defaultRule(listener: Resource): JsonObject {
  return {
    RuleArn: text(listener, 'defaultRule'),
    Priority: 'default',
    Conditions: [],
    Actions: describeActions(objects(listener.data, 'actions')),
    IsDefault: true,
  }
}
