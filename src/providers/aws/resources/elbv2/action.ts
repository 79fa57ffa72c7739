import type { Action as Shown } from '@aws-sdk/client-elastic-load-balancing-v2'

/** What a listener or a rule does with a request. */
export type Action = { type: 'forward'; targetGroupArn: string } | { type: 'redirect'; protocol: string; port: number }

/** The action as the calls take it. */
export function actionOf(action: Action) {
  if (action.type === 'forward') return { Type: 'forward' as const, TargetGroupArn: action.targetGroupArn }
  const RedirectConfig = {
    Protocol: action.protocol,
    Port: String(action.port),
    Host: '#{host}',
    Path: '/#{path}',
    Query: '#{query}',
    StatusCode: 'HTTP_301' as const,
  }
  return { Type: 'redirect' as const, RedirectConfig }
}

/** Whether what an answer shows is this action. */
export function sameAction(now: Shown | undefined, action: Action): boolean {
  if (now?.Type !== action.type) return false
  if (action.type === 'redirect') {
    return now.RedirectConfig?.Port === String(action.port) && now.RedirectConfig.Protocol === action.protocol
  }
  const target = now.TargetGroupArn ?? now.ForwardConfig?.TargetGroups?.[0]?.TargetGroupArn
  return target === action.targetGroupArn
}
