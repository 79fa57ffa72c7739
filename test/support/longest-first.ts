import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Seconds that the longest files take in `npm test`, as measured on a quiet computer of two cores. Only their order
 * counts; what is not here is shorter. A new file that takes half a minute belongs in here.
 */
export const SECONDS: Readonly<Record<string, number>> = {
  'test/containers/rails/rails.test.ts': 270,
  'test/containers/django-channels/django-channels.test.ts': 240,
  'test/containers/three-tier/three-tier.test.ts': 190,
  'test/providers/aws/moto-stacks.test.ts': 145,
  'test/crash/sigkill.test.ts': 140,
  'test/containers/django/faults.test.ts': 115,
  'test/crash/freeze.test.ts': 105,
  'test/promises/no-secret.test.ts': 78,
  'test/promises/interrupted.test.ts': 73,
  'test/containers/django/tutorial.test.ts': 68,
  'test/providers/aws/target-health.test.ts': 60,
  'test/promises/lost-state.test.ts': 58,
  'test/promises/old-states.test.ts': 51,
  'test/crash/chaos.test.ts': 50,
  'test/promises/changes.test.ts': 47,
  'test/containers/alicloud/data-plane.test.ts': 45,
  'test/containers/aws/balancers.test.ts': 45,
  'test/containers/shared/machine.test.ts': 41,
  'test/containers/django/bootstrap.test.ts': 40,
  'test/providers/aws/stacks.test.ts': 37,
  'test/containers/aws/machines.test.ts': 35,
  'test/cli/stack.test.ts': 33,
  'test/engine/engine.test.ts': 33,
  'test/providers/aws/https.test.ts': 31,
  'test/templates/sample.test.ts': 30,
}

/**
 * Begins with the longest files, so that the workers end at about the same time: a long one begun last would let the
 * others wait for it. (The test runner itself knows no durations in a fresh clone, and goes by the size of files.)
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const seconds = (file: TestSpecification) => SECONDS[relative(this.ctx.config.root, file.moduleId)] ?? 0
    return (await super.sort(files)).sort((a, b) => seconds(b) - seconds(a))
  }
}
