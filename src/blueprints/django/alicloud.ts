import type { Values } from '../../answers/question.ts'
import type { AlicloudLookups } from '../../providers/alicloud/lookups.ts'
import { instances, type Machine } from '../../providers/alicloud/parts/instances.ts'
import { listener, listenerPort } from '../../providers/alicloud/parts/listener.ts'
import { balancerFixes, loadBalancer } from '../../providers/alicloud/parts/load-balancer.ts'
import { login } from '../../providers/alicloud/parts/login.ts'
import { text } from '../../providers/alicloud/parts/names.ts'
import type { DatabaseQuestions } from '../../providers/alicloud/parts/rds/account-questions.ts'
import { rdsInstance } from '../../providers/alicloud/parts/rds/instance.ts'
import { runCommand } from '../../providers/alicloud/parts/run-command.ts'
import { securityGroup } from '../../providers/alicloud/parts/security-group.ts'
import { serverGroup } from '../../providers/alicloud/parts/server-group.ts'
import { vpc } from '../../providers/alicloud/parts/vpc.ts'
import { type VSwitches, vswitches } from '../../providers/alicloud/parts/vswitches.ts'
import type { StackDrawing } from '../../steps/drawing.ts'
import type { Place } from '../../steps/results.ts'
import type { BlueprintTarget, Served } from '../blueprint.ts'
import { asks, check, fixes, healthPath, proofPath, setup } from './application.ts'

const rds: DatabaseQuestions = { application: 'Django', user: 'djangouser', name: 'db_example' }

/** Packages, migrations and a slow mirror take minutes as a rule; this is the limit. Seconds. */
const PATIENCE = 1800

/** Machines with public addresses in two zones, ApsaraDB RDS, and a Classic Load Balancer in front. */
export const onAlicloud: BlueprintTarget<AlicloudLookups> = {
  steps: [
    { id: 'network', title: 'Create a VPC', asks: vpc.questions() },
    { id: 'subnets', title: 'Create two VSwitches in two zones', asks: vswitches.questions() },
    {
      id: 'machines',
      title: 'Create the ECS instance',
      asks: [
        ...instances.questions(),
        ...securityGroup.questions(),
        ...login.questions(),
        ...instances.identityQuestions(),
      ],
    },
    { id: 'database', title: 'Create the RDS instance', asks: rdsInstance.questions(rds) },
    { id: 'application', title: 'Install Django and nginx on the instance', asks },
    {
      id: 'balancer',
      title: 'Create the load balancer (CLB)',
      asks: [
        ...loadBalancer.questions(),
        ...listener.questions(),
        ...serverGroup.questions('nginx'),
        ...listener.healthQuestions(values => text(values, 'app.healthPath') || '/health/'),
      ],
    },
  ],

  draw(on, values) {
    const network = vpc.draw(on.step('network'), values)
    const zones = vswitches.draw(on.step('subnets'), values, network)
    const machinesStep = on.step('machines')
    const group = securityGroup.draw(machinesStep, values, network)
    const access = login.draw(machinesStep, values)
    const machines = instances.draw(machinesStep, values, { vswitches: zones, group, login: access })
    const database = rdsInstance.draw(on.step('database'), values, { vpc: network, vswitches: zones })
    const installed = runCommand.draw(on.step('application'), machines, {
      setup: setup(values, { database }),
      timeout: PATIENCE,
      needs: database.ready,
    })
    return drawFront(on, values, { vswitches: zones, machines, installed })
  },
}

/** The load balancer, its listener and the machines behind it: where people come in. */
function drawFront(
  on: StackDrawing,
  values: Values,
  of: { vswitches: VSwitches; machines: Machine[]; installed: Place[] },
): Served {
  const step = on.step('balancer')
  const { machines } = of
  const { balancer, internal } = loadBalancer.draw(step, values, of.vswitches)
  const { group, backends } = serverGroup.draw(step, values, { balancer, machines })
  const open = listener.draw(step, values, { balancer, group })
  const health = listener.healthy(step, values, { balancer, machines, needs: [open, ...backends, ...of.installed] })
  const proof = proofPath(values)
  return {
    host: balancer.get('address'),
    port: listenerPort(values),
    internal,
    awaits: [health],
    healthPath: healthPath(values),
    ...(proof !== undefined && { proofPath: proof }),
    check: check(values),
    fixes: { ...balancerFixes, ...fixes },
  }
}
