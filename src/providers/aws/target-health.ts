import type { State } from '../../engine/state.ts'
import type { BackendView } from '../../steps/diagnose.ts'
import type { Aws } from './client.ts'

interface Group {
  arn: string
  /** Behind a load balancer between two tiers. */
  internal: boolean
  /** Machines that were registered one by one, not by an Auto Scaling group. */
  ids: string[]
}

/**
 * The health of the stack's targets as its load balancers see it (console: EC2 › Target Groups › Targets). The inner
 * tier first: what fails there also fails in front of it.
 */
export async function backends(cloud: Aws, state: State): Promise<BackendView[]> {
  const groups = groupsOf(state)
  const views = await Promise.all(groups.map(group => viewsOf(cloud, group)))
  return views.flat()
}

async function viewsOf(cloud: Aws, { arn, internal, ids }: Group): Promise<BackendView[]> {
  const [health, described] = await Promise.all([
    cloud.call('elbv2', 'DescribeTargetHealth', { TargetGroupArn: arn }),
    cloud.call('elbv2', 'DescribeTargetGroups', { TargetGroupArns: [arn] }),
  ])
  const group = described.TargetGroups?.[0]
  const port = portOf(group?.HealthCheckPort) ?? group?.Port ?? 0
  const path = group?.HealthCheckPath ?? ''
  const used = (group?.LoadBalancerArns ?? []).length > 0
  // Without those that are being deregistered, for example because their Auto Scaling group replaces them.
  const rows = (health.TargetHealthDescriptions ?? []).filter(row => !/draining/.test(row.TargetHealth?.State ?? ''))
  const views = rows.map(({ Target, TargetHealth, HealthCheckPort }): BackendView => {
    const { State = 'unknown', Reason = '' } = TargetHealth ?? {}
    return {
      machine: Target?.Id ?? '',
      // A target whose first health checks are still running is not reported as unhealthy.
      healthy: State === 'healthy' || State === 'initial',
      state: Reason ? `${State} (${Reason})` : State,
      // Where a listener does use the group, the reason means a zone that the load balancer does not serve.
      listening: Reason !== 'Target.NotInUse' || used,
      internal,
      port: portOf(HealthCheckPort) ?? Target?.Port ?? port,
      path,
    }
  })
  const missing = ids.filter(id => !rows.some(row => row.Target?.Id === id))
  const out = { healthy: false, state: 'not registered', registered: false, internal, port, path }
  const gone = missing.map(machine => ({ machine, ...out }))
  const all = [...views, ...gone]
  if (all.length === 0) {
    const state = `the target group ${group?.TargetGroupName ?? arn} has no targets`
    return [{ healthy: false, state, listening: used, internal, port, path }]
  }
  const order = ({ machine = '' }: BackendView) => (ids.includes(machine) ? ids.indexOf(machine) : ids.length)
  return all.sort((a, b) => order(a) - order(b))
}

/** Undefined for `traffic-port`: each target's own port. */
function portOf(text: string | undefined): number | undefined {
  return Number(text) || undefined
}

/** The stack's target groups, the inner ones first. */
function groupsOf({ entries }: State): Group[] {
  const made = Object.values(entries).flatMap(entry => (entry.is === 'ready' ? [entry] : []))
  const of = (type: string) => made.filter(entry => entry.type === type)
  const inner = of('aws:load-balancer')
    .filter(({ input }) => input.scheme === 'internal')
    .map(({ id }) => id)
  const innerGroups = of('aws:listener').flatMap(({ input }) => {
    const { loadBalancerArn, action } = input as { loadBalancerArn: string; action: { targetGroupArn?: string } }
    return inner.includes(loadBalancerArn) ? [action.targetGroupArn] : []
  })
  const groups = of('aws:target-group').map(({ id }) => ({
    arn: id,
    internal: innerGroups.includes(id),
    ids: of('aws:targets').flatMap(({ input }) => (input.groupArn === id ? (input.instanceIds as string[]) : [])),
  }))
  return groups.sort((a, b) => Number(b.internal) - Number(a.internal))
}
