import type { Blueprint } from '../blueprint.ts'

/** The tutorial: pages by gunicorn, WebSockets by daphne, told apart by path at the load balancer. */
export const djangoChannels: Blueprint = {
  id: 'django-channels',
  title: 'Django Channels',
  about:
    'Django with WebSockets: gunicorn and daphne on two private servers, told apart by path at the load balancer, with PostgreSQL and Redis.',
  packages: [
    ...['python3', 'python3-venv', 'python3-django', 'python3-django-channels', 'daphne', 'python3-channels-redis'],
    ...['gunicorn', 'python3-psycopg2', 'postgresql-client', 'git', 'nginx'],
  ],
  targets: { aws: async () => (await import('./aws.ts')).onAws },
}
