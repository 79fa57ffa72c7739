import { application } from '../../steps/application.ts'
import { balancer } from '../../steps/balancer.ts'
import { database } from '../../steps/database.ts'
import { machines } from '../../steps/machines.ts'
import { network } from '../../steps/network.ts'
import type { Blueprint } from '../../steps/step.ts'
import { subnets } from '../../steps/subnets.ts'
import { asks, check, healthPath, proofPath, setup } from './application.ts'

/** The tutorial: Apache, uWSGI with Flask, and Aurora, each tier behind a load balancer of its own. */
export const threeTier: Blueprint = {
  id: 'three-tier',
  title: 'Three tiers: Apache, Flask, Aurora',
  about:
    'Apache in front of uWSGI and Flask, both as Auto Scaling groups behind load balancers, and an Aurora MySQL cluster.',
  clouds: ['aws'],
  steps: [network, subnets, machines, database, application, balancer],
  defaults: {},
  asks,
  setup,
  healthPath,
  proofPath,
  check,
}
