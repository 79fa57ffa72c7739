import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { arn } from '../../core/ids.ts'
import { refuse, requireParameter, word } from '../../core/input.ts'
import { findResource } from '../../core/resources.ts'

/** The host that Docker pushes to and pulls from: every account has one registry in each region. */
export function registryHost({ account, region }: Pick<Call, 'account' | 'region'>): string {
  return `${account}.dkr.ecr.${region}.amazonaws.com`
}

export function repositoryArn(call: Call, name: string): string {
  return arn(call, 'ecr', `repository/${name}`)
}

/** The repository of this name in the registry of the call; at once. */
export function repositoryNamed(call: Call, name: string): Resource | undefined {
  return findResource(call, 'repository', repositoryArn(call, name))
}

/** The one that the input names; refused where there is none. */
export function repositoryOf(call: Call, input: JsonObject): Resource {
  checkRegistry(call, input)
  const name = requireParameter(input, 'repositoryName', 'InvalidParameterException')
  return repositoryNamed(call, name) ?? noRepository(call, name)
}

/** Registries of other accounts let nobody in: policies of repositories are not simulated. */
export function checkRegistry(call: Call, input: JsonObject): void {
  const id = word(input, 'registryId')
  if (id === '' || id === call.account) return
  refuse(400, 'AccessDeniedException', `The registry ${id} belongs to another account.`)
}

export function noRepository(call: Call, name: string): never {
  return refuse(400, 'RepositoryNotFoundException', noRepositoryMessage(call, name))
}

export function noRepositoryMessage({ account }: Pick<Call, 'account'>, name: string): string {
  return `The repository with name '${name}' does not exist in the registry with id '${account}'`
}
