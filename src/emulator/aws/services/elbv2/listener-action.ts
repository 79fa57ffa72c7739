import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { object, objects, refuse, word } from '../../core/input.ts'
import { text } from '../../core/resources.ts'
import { elbFind, invalid, isApplication, misconfigured, within } from './lookup.ts'
import { balancersOf, isHttp } from './target-group.ts'

/**
 * What a listener or a rule does, checked and completed as the product shows it: `forward` with weights, `redirect`
 * with its placeholders, `fixed-response`. Signing people in is not simulated.
 */
export function readActions(call: Call, balancer: Resource, list: JsonObject[]): JsonObject[] {
  if (list.length === 0) invalid('At least one action must be specified')
  if (list.length > 1) refuse(400, 'TooManyActionsException', 'The emulator takes one action.')
  return list.map(action => {
    const type = word(action, 'Type')
    if (type === 'forward') return forward(call, balancer, action)
    if (!isApplication(balancer)) {
      return refuse(
        400,
        'InvalidLoadBalancerActionException',
        'Only forward actions are supported for network load balancers',
      )
    }
    if (type === 'redirect') return redirect(action)
    if (type === 'fixed-response') return fixed(action)
    return refuse(400, 'UnsupportedParameter', `The emulator does not simulate ${type} actions.`)
  })
}

/** The actions as answers show them: a single target group also by itself. */
export function describeActions(actions: JsonObject[]): JsonObject[] {
  return actions.map((action, index) => {
    const groups = objects(object(action, 'ForwardConfig'), 'TargetGroups')
    return {
      ...action,
      Order: index + 1,
      ...(groups.length === 1 && { TargetGroupArn: word(groups[0]!, 'TargetGroupArn') }),
    }
  })
}

function forward(call: Call, balancer: Resource, action: JsonObject): JsonObject {
  const config = object(action, 'ForwardConfig')
  const listed = objects(config, 'TargetGroups')
  const single = word(action, 'TargetGroupArn')
  const rows = listed.length > 0 ? listed : single ? [{ TargetGroupArn: single }] : []
  if (rows.length === 0) invalid('A target group must be specified for a forward action')
  if (single && listed.length > 0 && !listed.some(one => word(one, 'TargetGroupArn') === single)) {
    invalid('You can specify either a target group ARN or a forward config')
  }
  const groups = rows.map(row => {
    const group = elbFind(call, 'target-group', word(row, 'TargetGroupArn'))
    checkGroup(call, balancer, group)
    return { TargetGroupArn: group.id, ...(isApplication(balancer) && { Weight: within(row, 'Weight', 1, 0, 999) }) }
  })
  const sticky = object(config, 'TargetGroupStickinessConfig')
  const stickiness = isApplication(balancer) && {
    TargetGroupStickinessConfig: {
      Enabled: sticky.Enabled === true,
      ...(sticky.Enabled === true && { DurationSeconds: within(sticky, 'DurationSeconds', 3600, 1, 604_800) }),
    },
  }
  return { Type: 'forward', ForwardConfig: { TargetGroups: groups, ...stickiness } }
}

function checkGroup(call: Call, balancer: Resource, group: Resource): void {
  if (isHttp(text(group, 'protocol')) !== isApplication(balancer)) {
    refuse(
      400,
      'IncompatibleProtocolsException',
      `The protocol '${text(group, 'protocol')}' of the target group '${group.id}' cannot be used with a load balancer of type '${text(balancer, 'type')}'`,
    )
  }
  if (text(group, 'vpcId') !== text(balancer, 'vpcId')) {
    misconfigured(`The target group '${group.id}' is in a different VPC than the load balancer`)
  }
  if (balancersOf(call, group).some(id => id !== balancer.id)) {
    refuse(
      400,
      'TargetGroupAssociationLimitException',
      'The following target groups cannot be associated with more than one load balancer: ' + group.id,
    )
  }
}

function redirect(action: JsonObject): JsonObject {
  const asked = object(action, 'RedirectConfig')
  const config = {
    Protocol: word(asked, 'Protocol') || '#{protocol}',
    Port: word(asked, 'Port') || '#{port}',
    Host: word(asked, 'Host') || '#{host}',
    Path: word(asked, 'Path') || '/#{path}',
    Query: word(asked, 'Query') || '#{query}',
    StatusCode: word(asked, 'StatusCode'),
  }
  if (!['HTTP_301', 'HTTP_302'].includes(config.StatusCode))
    invalid('A redirect needs the status code HTTP_301 or HTTP_302')
  if (!/^(HTTPS?|#\{protocol\})$/.test(config.Protocol))
    invalid(`'${config.Protocol}' is not a valid protocol of a redirect`)
  if (config.Port !== '#{port}' && !(Number(config.Port) >= 1 && Number(config.Port) <= 65_535)) {
    invalid(`'${config.Port}' is not a valid port of a redirect`)
  }
  if (!config.Path.startsWith('/')) invalid("The path of a redirect must start with '/'")
  const unchanged = config.Protocol === '#{protocol}' && config.Port === '#{port}' && config.Host === '#{host}'
  if (unchanged && config.Path === '/#{path}') misconfigured('The redirect would loop: it changes nothing')
  return { Type: 'redirect', RedirectConfig: config }
}

function fixed(action: JsonObject): JsonObject {
  const asked = object(action, 'FixedResponseConfig')
  const code = word(asked, 'StatusCode')
  if (!/^[245]\d\d$/.test(code)) invalid(`'${code}' is not a valid status code of a fixed response`)
  return {
    Type: 'fixed-response',
    FixedResponseConfig: {
      StatusCode: code,
      ContentType: word(asked, 'ContentType') || 'text/plain',
      MessageBody: word(asked, 'MessageBody'),
    },
  }
}
