import type { Blueprint } from '../../../src/blueprints/blueprint.ts'

/** A blueprint that the product does not know: static pages, served by nginx. */
export const pages: Blueprint = {
  id: 'pages',
  title: 'Static pages',
  about: 'nginx with one page on private servers, and a load balancer in front.',
  packages: ['nginx'],
  targets: { aws: async () => (await import('./aws.ts')).onAws },
}
