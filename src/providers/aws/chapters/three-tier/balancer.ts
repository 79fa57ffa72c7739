import type { Balancer, Chapter } from '../../../provider.ts'
import type { AwsLive } from '../../live.ts'
import { healthyTargets, listener, loadBalancer, securityGroup, targetGroup } from '../../resources/index.ts'
import { balancerQuestions, healthQuestions } from '../balancer-questions.ts'
import { number, text } from '../names.ts'
import { pairOf, wayIn } from '../subnets.ts'

/** Answered by Apache itself: a web server must not be replaced because the tiers behind it fail. */
const LIVE_PATH = '/health/web'

/** Console: EC2 → Load Balancers → Create, Application Load Balancer. */
export const balancer: Chapter<AwsLive, 'subnets' | 'machines' | 'application', Balancer> = {
  title: 'Create the load balancer in front (ALB)',
  asks: [...balancerQuestions(), ...healthQuestions(() => LIVE_PATH)],
  draw(on, values, { subnets, application }) {
    const made = on.add(
      'load-balancer',
      loadBalancer,
      {
        name: text(values, 'balancer.name'),
        type: 'application',
        scheme: 'internet-facing',
        subnetIds: pairOf(subnets, 'public').map(({ id }) => id),
        securityGroupIds: [on.earlier('machines/balancer-group', securityGroup).get('id')],
      },
      { needs: [wayIn(on)] },
    )
    const web = on.earlier('machines/web-targets', targetGroup)
    const app = on.earlier('machines/app-targets', targetGroup)
    const port = number(values, 'listener.port', 80)
    const open = on.add('listener', listener, {
      loadBalancerArn: made.get('id'),
      port,
      protocol: 'HTTP',
      certificateArn: '',
      sslPolicy: '',
      action: { type: 'forward', targetGroupArn: web.get('id') },
    })
    const inner = on.add(
      'app-health',
      healthyTargets,
      { groupArn: app.get('id'), count: number(values, 'tier.count', 2) },
      { needs: [{ address: 'machines/app-listener' }, ...application.ready] },
    )
    const served = on.add(
      'health',
      healthyTargets,
      { groupArn: web.get('id'), count: number(values, 'web.count', 2) },
      { needs: [open, inner, ...application.ready] },
    )
    return { host: made.get('dnsName'), port, internal: false, ready: [served] }
  },
}
