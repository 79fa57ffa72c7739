import type { Blueprint } from '../blueprint.ts'

/** The tutorial: Apache, uWSGI with Flask, and Aurora, each tier behind a load balancer of its own. */
export const threeTier: Blueprint = {
  id: 'three-tier',
  title: 'Three tiers: Apache, Flask, Aurora',
  about:
    'Apache in front of uWSGI and Flask, both as Auto Scaling groups behind load balancers, and an Aurora MySQL cluster.',
  packages: ['apache2', 'uwsgi-core', 'uwsgi-plugin-python3', 'python3-flask', 'python3-pymysql'],
  targets: { aws: async () => (await import('./aws.ts')).onAws },
}
