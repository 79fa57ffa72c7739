import type { Choice } from '../answers/question.ts'
import { listStacks } from '../engine/state.ts'
import { cloudTitle, providers } from '../providers/index.ts'
import { chooseStart, type Start, type StartChoice } from '../wizard/index.ts'
import { io } from './confirm.ts'
import { connect } from './connect.ts'
import type { Session } from './session.ts'
import {
  type BuildTarget,
  blueprintsFor,
  nameProblem,
  requestNow,
  type TargetRequest,
  targetToBuild,
} from './target.ts'

/**
 * The first questions of a guided `up`: what, where, under which name. Not asked: what is given, what has only one
 * possible answer, and anything about the only stack there is.
 */
export async function startOf(session: Session): Promise<TargetRequest> {
  const request = await requestNow(session)
  const stacks = await listStacks(session.stateFolder)
  const continues =
    request.stack === undefined ? stacks.length === 1 && !request.blueprint : stacks.includes(request.stack)
  if (continues) return {}
  const all = session.blueprints
  const here = request.cloud === undefined ? [] : blueprintsFor(all, request.cloud)
  // A cloud without any is refused where the target is looked up.
  const offered = here.length > 0 ? here : all
  const given: Start = { ...(offered.length === 1 && { blueprint: offered[0]!.id }), ...request }
  const cloudsOf = (blueprint: string) =>
    Object.keys(all.find(({ id }) => id === blueprint)?.targets ?? {}).filter(cloud => cloud in providers)
  // Which there are is said where the target is looked up.
  if (given.blueprint !== undefined && !all.some(({ id }) => id === given.blueprint)) return request
  return chooseStart({
    given,
    blueprints: offered.map(({ id, title, about }) => ({ value: id, name: title, hint: about })),
    clouds: blueprint => cloudsOf(blueprint).map(id => ({ value: id, name: cloudTitle(id) })),
    regions: chosen => regionChoices(session, chosen),
    stacks,
    checkStack: nameProblem,
    io,
  })
}

/** The cloud itself says which regions there are: connected where it would be without an answer. */
async function regionChoices(
  session: Session,
  request: TargetRequest,
): Promise<{ choices: StartChoice[]; fallback: string }> {
  const target: BuildTarget = await targetToBuild(session, {
    ...request,
    stack: request.stack ?? request.blueprint ?? 'new',
  })
  const { connected } = await connect(session, target)
  const lookups = connected.lookups as { regionChoices?(): Promise<Choice[]> }
  const choices = (await lookups.regionChoices?.()) ?? [{ value: target.region, name: target.region }]
  return {
    choices: choices.map(choice => ({ ...choice, value: String(choice.value) })),
    fallback: target.region,
  }
}
