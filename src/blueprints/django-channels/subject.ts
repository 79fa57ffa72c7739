import type { Subject } from '../subject.ts'

const domain = { 'domain.zone': 'route53', 'domain.name': 'www.example.com' }

/** With HTTPS for a domain in Route 53, and a Redis that has a copy. */
export const subject: Subject = {
  blueprint: 'django-channels',
  cloud: 'aws',
  answers: { ...domain, 'redis.replicas': '1' },
  answersInMoto: { ...domain, 'redis.source': 'existing', 'redis.host': 'redis.example.com' },
  secrets: {
    STACKWRIGHT_DATABASE_PASSWORD: 'Giv3n-Database_Pw',
    STACKWRIGHT_DATABASE_ADMIN_PASSWORD: 'Giv3n-Admin_Pw',
    STACKWRIGHT_REDIS_AUTH_TOKEN: 'Giv3n-Redis-Token-0123456789',
    STACKWRIGHT_APP_SECRET_KEY: 'g1ven-django-secret-key-that-is-long-enough-0123456789',
  },
  machines: ['machine.count'],
  interruptedAt: ['CreateSubnet', 'CreateDBInstance', 'SendCommand'],
  hostedZone: 'example.com',
}
