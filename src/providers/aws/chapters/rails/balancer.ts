import type { Question, Values } from '../../../../answers/question.ts'
import type { Balancer, Chapter } from '../../../provider.ts'
import type { AwsLive } from '../../live.ts'
import {
  healthyTargets,
  listener,
  loadBalancer,
  securityGroup,
  targetGroup,
  targets,
  vpc,
} from '../../resources/index.ts'
import { backendPortProblem, balancerQuestions, healthOf, healthQuestions } from '../balancer-questions.ts'
import { domainQuestions, homeOf, isSecure } from '../domain.ts'
import { drawCertificate, drawName, recordsFor } from '../https.ts'
import { number, text, yes } from '../names.ts'
import { pairOf, wayIn } from '../subnets.ts'

const backendPort: Question<AwsLive> = {
  key: 'backend.port',
  label: 'Backend port',
  help: 'The port nginx answers on, on the web servers.',
  type: 'number',
  default: () => 80,
  min: 1,
  max: 65_535,
  check: backendPortProblem,
  advanced: true,
}

/** Console: EC2 → Load Balancers, Target Groups; Certificate Manager; Route 53. */
export const balancer: Chapter<AwsLive, 'subnets' | 'machines' | 'application', Balancer> = {
  title: 'Create the load balancer, its certificate and its DNS record',
  asks: [
    ...balancerQuestions(),
    backendPort,
    ...healthQuestions((values: Values) => text(values, 'app.healthPath') || '/health'),
    ...domainQuestions,
  ],
  draw(on, values, { subnets, machines, application }) {
    const group = on.earlier('machines/balancer-group', securityGroup)
    const made = on.add(
      'load-balancer',
      loadBalancer,
      {
        name: text(values, 'balancer.name'),
        type: 'application',
        scheme: 'internet-facing',
        subnetIds: pairOf(subnets, 'public').map(({ id }) => id),
        securityGroupIds: [group.get('id')],
      },
      { needs: [wayIn(on)] },
    )
    const port = number(values, 'backend.port', 80)
    const servers = on.add('target-group', targetGroup, {
      name: text(values, 'group.name'),
      vpcId: on.earlier('network/vpc', vpc).get('id'),
      protocol: 'HTTP',
      port,
      health: { protocol: 'HTTP', ...healthOf(values) },
      attributes: {},
    })
    const registered = on.add(
      'targets',
      targets,
      { groupArn: servers.get('id'), instanceIds: machines.map(({ id }) => id), port },
      { within: servers },
    )
    const forward = { type: 'forward' as const, targetGroupArn: servers.get('id') }
    const secure = isSecure(values)
    const certified = drawCertificate(on, values)
    const plainPort = number(values, 'listener.port', 80)
    const plain = on.add('listener', listener, {
      loadBalancerArn: made.get('id'),
      port: plainPort,
      protocol: 'HTTP',
      certificateArn: '',
      sslPolicy: '',
      action:
        secure && yes(values, 'https.redirect') ? { type: 'redirect' as const, port: 443, protocol: 'HTTPS' } : forward,
    })
    const open = secure
      ? [
          on.add(
            'https-listener',
            listener,
            {
              loadBalancerArn: made.get('id'),
              port: 443,
              protocol: 'HTTPS',
              certificateArn: certified!.certificate.get('id'),
              sslPolicy: text(values, 'https.policy'),
              action: forward,
            },
            { needs: [certified!.issued!] },
          ),
        ]
      : []
    const named = homeOf(values) === 'route53' ? [drawName(on, values, made)] : []
    const served = on.add(
      'health',
      healthyTargets,
      { groupArn: servers.get('id'), count: machines.length },
      { needs: [plain, ...open, registered, ...application.ready] },
    )
    return {
      host: made.get('dnsName'),
      port: secure && yes(values, 'https.redirect') ? 443 : plainPort,
      internal: false,
      ready: [served, ...named],
      ...(secure && { secure: { name: text(values, 'domain.name') } }),
      ...(homeOf(values) === 'elsewhere' && { records: recordsFor(values, made, certified!.certificate) }),
    }
  },
}
