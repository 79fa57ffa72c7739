import { application } from '../../steps/application.ts'
import { balancer } from '../../steps/balancer.ts'
import { database } from '../../steps/database.ts'
import { machines } from '../../steps/machines.ts'
import { network } from '../../steps/network.ts'
import type { Blueprint } from '../../steps/step.ts'
import { subnets } from '../../steps/subnets.ts'
import { asks, check, healthPath, proofPath, setup } from './application.ts'

/** The tutorial: web servers in private subnets, a bastion, a database, a bucket, a load balancer with TLS. */
export const rails: Blueprint = {
  id: 'rails',
  title: 'Ruby on Rails',
  about:
    'Rails and nginx on two private servers, a MySQL database, a bucket for images, and a load balancer with HTTPS.',
  clouds: ['aws'],
  steps: [network, subnets, machines, database, application, balancer],
  defaults: {},
  asks,
  setup,
  healthPath,
  proofPath,
  check,
}
