import { Problem } from '../../../../base/errors.ts'
import type { JsonObject } from '../../../../base/json.ts'
import { until } from '../../../waiting.ts'
import type { Alicloud } from '../../cloud.ts'
import { rows, str } from '../../read.ts'
import { type AlicloudKind, minute, orAbsent, second } from '../common.ts'

export type HealthIn = { loadBalancerId: string; port: number; instanceIds: string[] }

/** Waits until every backend passes the listener's health check: until then the listener answers "unavailable". */
export const health: AlicloudKind<HealthIn, { id: string }> = {
  type: 'alicloud:health',
  title: 'Health check',
  idempotency: 'upsert',
  after: ['alicloud:listener', 'alicloud:backend'],
  expectMs: 20 * second,
  tagged: false,
  find: async (_cloud, where) => ('id' in where ? [{ id: where.id, tags: {} }] : []),
  create: async (_cloud, { loadBalancerId, port }) => `${loadBalancerId}/${port}/health`,
  async settle(cloud, id, { loadBalancerId, port, instanceIds }) {
    const late = cloud.deadline(10 * minute)
    const read = () => readHealth(cloud, loadBalancerId, port)
    const sick = (found: JsonObject[]) =>
      instanceIds.filter(machine => !found.some(row => str(row, 'ServerId') === machine && isNormal(row)))
    await until(
      cloud,
      read,
      found => {
        const waiting = sick(found)
        if (waiting.length === 0) return true
        if (late()) throw unhealthy(loadBalancerId, port, waiting, found)
        return false
      },
      { what: 'healthy backends', within: 20 * minute },
    )
    return { id }
  },
  remove: async () => 'gone',
}

async function readHealth(cloud: Alicloud, balancerId: string, port: number): Promise<JsonObject[]> {
  const params = { LoadBalancerId: balancerId, ListenerPort: port }
  return rows(await orAbsent(() => cloud.call('slb', 'DescribeHealthStatus', params)), 'BackendServers.BackendServer')
}

function isNormal(row: JsonObject): boolean {
  return str(row, 'ServerHealthStatus') === 'normal'
}

function unhealthy(balancerId: string, port: number, waiting: string[], found: JsonObject[]): Problem {
  const stateOf = (machine: string) =>
    str(
      found.find(row => str(row, 'ServerId') === machine),
      'ServerHealthStatus',
    ) || 'not checked'
  return new Problem({
    what: `The health check of listener ${port} on ${balancerId} fails.`,
    list: waiting.map(machine => `${machine}: ${stateOf(machine)}.`),
    why: 'The machine does not answer, or with a status that the health check does not accept.',
    next: 'Check nginx and the application on it (`systemctl status nginx`), or change the path (`--set health.path=…`), then run the same command again.',
  })
}
