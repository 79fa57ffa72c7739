import { application } from '../../steps/application.ts'
import { balancer } from '../../steps/balancer.ts'
import { database } from '../../steps/database.ts'
import { machines } from '../../steps/machines.ts'
import { network } from '../../steps/network.ts'
import type { Blueprint } from '../../steps/step.ts'
import { subnets } from '../../steps/subnets.ts'
import { asks, check, healthPath, proofPath, setup } from './application.ts'

/** The tutorial: a network in two zones, a machine, a database, Django behind nginx, a load balancer. */
export const django: Blueprint = {
  id: 'django',
  title: 'Django',
  about: 'Django and nginx on a virtual machine, a managed PostgreSQL or MySQL database, and a load balancer in front.',
  clouds: ['alicloud'],
  steps: [network, subnets, machines, database, application, balancer],
  defaults: {},
  asks,
  setup,
  healthPath,
  proofPath,
  check,
}
