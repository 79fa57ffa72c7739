import type { Blueprint } from '../blueprint.ts'

/** The tutorial: a network in two zones, a machine, a database, Django behind nginx, a load balancer. */
export const django: Blueprint = {
  id: 'django',
  title: 'Django',
  about: 'Django and nginx on a virtual machine, a managed PostgreSQL or MySQL database, and a load balancer in front.',
  packages: [
    ...['python3', 'python3-venv', 'python3-django', 'gunicorn', 'python3-gunicorn', 'python3-psycopg2'],
    ...['git', 'nginx'],
  ],
  targets: { alicloud: async () => (await import('./alicloud.ts')).onAlicloud },
}
