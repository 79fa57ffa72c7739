import type { Blueprint } from '../blueprint.ts'

/** The tutorial: a network in two zones, a machine, a database, Django behind nginx, a load balancer. */
export const django: Blueprint = {
  id: 'django',
  title: 'Django',
  about: 'Django and nginx on a virtual machine, a managed PostgreSQL or MySQL database, and a load balancer in front.',
  targets: { alicloud: async () => (await import('./alicloud.ts')).onAlicloud },
}
