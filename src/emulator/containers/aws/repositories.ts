import { repositoryNamed } from '../../aws/services/ecr/lookup.ts'
import type { Call } from '../../world/model.ts'
import type { AwsContainer, Context } from './context.ts'
import { containerId, everyAws, type Placed } from './desired.ts'
import { bootRegistry } from './registry.ts'

/** ECR repositories as the reconciler drives them. */
export interface Repositories {
  look(): void
  /** Where the server of this repository is reached; nothing as long as it does not run. */
  server(call: Call, name: string): { host: string; from: string } | undefined
}

/** Each repository is a registry of its own, so that its images go when it does. */
export function watchRepositories(context: Context): Repositories {
  const { world, runtime, jobs, up } = context

  function lookAt(one: Placed): void {
    const id = containerId(one.resource)
    context.known.add(id)
    const there = up.get(id)
    if (there) context.follow(there, one)
    else jobs.want(id, () => bootOne(one, id))
  }

  async function bootOne(one: Placed, id: string): Promise<void> {
    const network = await context.registryNetwork()
    const machine = await bootRegistry(runtime, { sandbox: context.sandbox, id, image: context.image, network })
    const there: AwsContainer = { machine, network, applied: {} }
    await context.followNow(there, one)
    up.set(id, there)
  }

  return {
    look() {
      for (const one of everyAws(world, 'repository')) lookAt(one)
    },
    server(call, name) {
      const repository = repositoryNamed(call, name)
      const there = repository && up.get(containerId(repository))
      return there && { host: there.machine.realAddress, from: there.network.gateway }
    },
  }
}
