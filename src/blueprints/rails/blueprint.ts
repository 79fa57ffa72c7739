import type { Blueprint } from '../blueprint.ts'

/** The tutorial: web servers in private subnets, a bastion, a database, a bucket, a load balancer with TLS. */
export const rails: Blueprint = {
  id: 'rails',
  title: 'Ruby on Rails',
  about:
    'Rails and nginx on two private servers, a MySQL database, a bucket for images, and a load balancer with HTTPS.',
  packages: ['ruby', 'ruby-bundler', 'ruby-rails', 'ruby-mysql2', 'puma', 'mariadb-client', 'git', 'nginx'],
  targets: { aws: async () => (await import('./aws.ts')).onAws },
}
