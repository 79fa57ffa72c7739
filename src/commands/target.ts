import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type AnswersFile, readAnswersFile } from '../answers/answers.ts'
import { didYouMean } from '../answers/nearest.ts'
import { Exit, Problem } from '../base/errors.ts'
import type { Blueprint, BlueprintTarget } from '../blueprints/blueprint.ts'
import { ANSWERS_FILE, listFolders, listStacks, readState, type State, stackFolder } from '../engine/state.ts'
import { providers } from '../providers/index.ts'
import type { Provider } from '../providers/provider.ts'
import { type Session, variable } from './session.ts'

/** Which stack a command is about, and where it is. */
export interface Target {
  stack: string
  folder: string
  provider: Provider
  region: string
  sandbox: boolean
  saved: State | undefined
}

export interface BuildTarget extends Target {
  blueprint: Blueprint
  /** The blueprint on this cloud. */
  drawing: BlueprintTarget
  file: AnswersFile | undefined
}

/** What was said about the target, before any of it is looked up. */
export interface TargetRequest {
  stack?: string
  blueprint?: string
  cloud?: string
  region?: string
}

/** For `up` and `plan`: flags, then environment, then answers file, then what was saved, then the first blueprint that fits. */
export async function targetToBuild(session: Session, chosen: TargetRequest = {}): Promise<BuildTarget> {
  const { env } = session
  const file = await answersFile(session)
  const request = requestOf(session, file, chosen)
  const usual = request.blueprint ?? usualBlueprint(session.blueprints, request.cloud)
  const stack = checkedName(request.stack ?? (await onlyStack(session, request.blueprint)) ?? usual)
  const { folder, saved } = await savedStack(session, stack)
  const named = agreed('blueprint', request.blueprint, saved?.blueprint, stack) ?? usual
  const blueprint = await pick('blueprint', byId(session.blueprints), named)
  const cloud = agreed('cloud', request.cloud, saved?.cloud, stack) ?? only(blueprint.targets)
  const provider = await pick('cloud', providers, cloud)
  const load = blueprint.targets[provider.id]
  if (!load) throw notForCloud(session.blueprints, blueprint, provider)
  const region = checkedRegion(agreed('region', request.region, saved?.region, stack) ?? provider.defaultRegion(env))
  const drawing = await load()
  return { stack, folder, saved, blueprint, drawing, provider, region, file, sandbox: inSandbox(session, saved, stack) }
}

/** For commands about a stack that is there. Throws a Problem (exit 2) when there is none, or several and no name. */
export async function targetThatIs(session: Session): Promise<Target & { saved: State }> {
  const stack = await nameOfOne(session)
  const { folder, saved } = await savedStack(session, stack)
  if (!saved) {
    throw new Problem({
      what: `There is no stack "${stack}" in ${session.stateFolder}.`,
      ...whyRemoved(session, [stack]),
      next: `If its state is lost, remove its resources by their tags: stackwright teardown --stack ${stack} --from-tags${session.flags.sandbox ? ' --sandbox' : ''}`,
      exit: Exit.usage,
    })
  }
  const provider = await pick('cloud', providers, agreed('cloud', session.flags.cloud, saved.cloud, stack))
  const region = agreed('region', session.flags.region, saved.region, stack)!
  return { stack, folder, saved, provider, region, sandbox: inSandbox(session, saved, stack) }
}

/** For `teardown --from-tags`: nothing but names; a state may be there or not. */
export async function targetByName(session: Session): Promise<Target> {
  const { flags, env } = session
  const requested = flags.stack ?? variable(env, 'STACK')
  if (!requested) throw usage('`--from-tags` needs the name of the stack: --stack NAME.')
  const stack = checkedName(requested)
  const { folder, saved } = await savedStack(session, stack)
  const { cloud, region } = requestOf(session, undefined, {})
  const provider = await pick('cloud', providers, cloud ?? saved?.cloud ?? only(providers))
  const there = checkedRegion(region ?? saved?.region ?? provider.defaultRegion(env))
  return { stack, folder, saved, provider, region: there, sandbox: flags.sandbox === true || saved?.sandbox === true }
}

/** The stack's name for a command about one that is there: as said, or the only one. */
export async function nameOfOne(session: Session): Promise<string> {
  const { flags, env, stateFolder } = session
  const requested = flags.stack ?? variable(env, 'STACK')
  if (requested) return checkedName(requested)
  const names = await listStacks(stateFolder)
  if (names.length === 1) return names[0]!
  throw names.length === 0
    ? new Problem({
        what: `There is no stack in ${stateFolder}.`,
        ...whyRemoved(session, await listFolders(stateFolder)),
        next: 'Build one with `stackwright up`, or name another folder with --state.',
        exit: Exit.usage,
      })
    : usage(`There are several stacks: ${names.join(', ')}. Say which one with --stack.`)
}

/** Of a removed stack the answers stay: that is said, so that its state is not mistaken for lost. */
function whyRemoved({ stateFolder }: Session, names: string[]): { why?: string } {
  const removed = names.filter(name => existsSync(join(stackFolder(stateFolder, name), ANSWERS_FILE)))
  if (removed.length === 0) return {}
  const files = removed.map(name => join(relative(process.cwd(), stackFolder(stateFolder, name)) || '.', ANSWERS_FILE))
  const one = removed.length === 1
  return {
    why: `${removed.join(', ')} ${one ? 'was' : 'were'} removed; what is kept ${one ? 'of it' : 'of them'} is ${files.join(', ')}.`,
  }
}

/** The saved state of a stack; refuses one that is not what its folder says. */
async function savedStack(session: Session, stack: string): Promise<{ folder: string; saved: State | undefined }> {
  const folder = stackFolder(session.stateFolder, stack)
  const saved = await readState(folder)
  if (saved && saved.stack !== stack) {
    throw new Problem({
      what: `The folder ${folder} holds the state of another stack, "${saved.stack}".`,
      next: 'Rename the folder to the name of its stack.',
      exit: Exit.preflight,
    })
  }
  return { folder, saved }
}

/** What was said so far, for the guided start. */
export async function requestNow(session: Session): Promise<TargetRequest> {
  return requestOf(session, await answersFile(session), {})
}

async function answersFile({ flags, env }: Session): Promise<AnswersFile | undefined> {
  const path = flags.answers ?? variable(env, 'ANSWERS')
  return path === undefined ? undefined : readAnswersFile(path)
}

function requestOf({ flags, env }: Session, file: AnswersFile | undefined, chosen: TargetRequest): TargetRequest {
  const request: TargetRequest = {}
  for (const key of ['stack', 'blueprint', 'cloud', 'region'] as const) {
    const value = flags[key] ?? variable(env, key.toUpperCase()) ?? file?.[key] ?? chosen[key]
    if (value !== undefined) request[key] = value
  }
  return request
}

/** A single stack is meant when none is named, unless another blueprint is asked for. */
async function onlyStack({ stateFolder }: Session, blueprint: string | undefined): Promise<string | undefined> {
  const names = await listStacks(stateFolder)
  if (names.length === 0 || (blueprint !== undefined && !names.includes(blueprint) && names.length > 1))
    return undefined
  if (names.length > 1 && blueprint === undefined) {
    throw usage(`There are several stacks: ${names.join(', ')}. Say which one with --stack.`)
  }
  if (blueprint === undefined || names.includes(blueprint)) return blueprint ?? names[0]
  const saved = await readState(stackFolder(stateFolder, names[0]!))
  return saved?.blueprint === blueprint ? names[0] : undefined
}

/** What was asked for must be what was built. */
function agreed(
  what: string,
  requested: string | undefined,
  saved: string | undefined,
  stack: string,
): string | undefined {
  if (requested === undefined || saved === undefined || requested === saved) return requested ?? saved
  throw new Problem({
    what: `The stack "${stack}" was made with ${what} ${saved}; you asked for ${requested}.`,
    next: `This cannot be changed. Leave out --${what}, or build a new stack under another name with --stack.`,
    exit: Exit.usage,
  })
}

/** A stack made in the embedded cloud stays there, and one on a real account never uses it. */
function inSandbox({ flags, view }: Session, saved: State | undefined, stack: string): boolean {
  if (!saved) return flags.sandbox === true
  if (flags.sandbox && !saved.sandbox) {
    throw new Problem({
      what: `The stack "${stack}" is on a real account, not in the embedded cloud.`,
      next: 'Leave out --sandbox, or give the one in the embedded cloud another name with --stack.',
      exit: Exit.usage,
    })
  }
  if (saved.sandbox && !flags.sandbox) {
    view.emit({ is: 'note', text: `The stack "${stack}" is in the embedded cloud, so this command works there too.` })
  }
  return saved.sandbox
}

async function pick<T>(what: string, from: Record<string, () => Promise<T>>, id: string | undefined): Promise<T> {
  const ids = Object.keys(from)
  if (id === undefined)
    throw usage(`Missing --${what}, or STACKWRIGHT_${what.toUpperCase()}: one of ${ids.join(', ')}.`)
  const load = Object.hasOwn(from, id) ? from[id] : undefined
  if (!load) throw usage(`There is no ${what} "${id}".${didYouMean(id, ids)} Choose one of: ${ids.join(', ')}.`)
  return load()
}

/** All blueprints that can be built on a cloud; none where there is no such cloud. */
export function blueprintsFor(blueprints: Blueprint[], cloud: string): Blueprint[] {
  return blueprints.filter(({ targets }) => Object.hasOwn(targets, cloud))
}

/** The same, as they are built there. */
export function targetsFor(blueprints: Blueprint[], cloud: string): Promise<BlueprintTarget[]> {
  return Promise.all(blueprintsFor(blueprints, cloud).map(({ targets }) => targets[cloud]!()))
}

/** The first blueprint, as the tutorials begin; of those for a cloud, where one is said that has any. */
function usualBlueprint(blueprints: Blueprint[], cloud: string | undefined): string | undefined {
  const [first] = cloud === undefined ? [] : blueprintsFor(blueprints, cloud)
  return (first ?? blueprints[0])?.id
}

function byId(blueprints: Blueprint[]): Record<string, () => Promise<Blueprint>> {
  return Object.fromEntries(blueprints.map(blueprint => [blueprint.id, async () => blueprint]))
}

function only(from: Record<string, unknown>): string | undefined {
  const ids = Object.keys(from)
  return ids.length === 1 ? ids[0] : undefined
}

function checkedName(name: string | undefined): string {
  if (name === undefined) throw usage('Missing --stack, or STACKWRIGHT_STACK: a name for the stack.')
  const problem = nameProblem(name)
  if (problem) throw usage(problem)
  return name
}

/** What --state must say here to find the stack; nothing where its folder is the usual one. */
export function stateToSay({ folder }: Target): string | undefined {
  const said = relative(process.cwd(), join(folder, '..')) || '.'
  return said === '.stackwright' ? undefined : said
}

/** Names a folder, and stands in tags and host names: nothing but these characters. */
export function nameProblem(name: string): string | undefined {
  if (/^[a-z][a-z0-9-]{0,29}$/.test(name)) return undefined
  return `"${name}" cannot be the name of a stack: 1 to 30 lowercase letters, digits and hyphens, starting with a letter.`
}

/** It becomes part of host names. */
function checkedRegion(region: string): string {
  if (/^[a-z]{2,}(-[a-z0-9]+)+$/.test(region) && region.length <= 40) return region
  throw usage(`"${region}" is not a region, for example ap-northeast-1.`)
}

function notForCloud(blueprints: Blueprint[], blueprint: Blueprint, { id, title }: Provider): Problem {
  const fitting = blueprintsFor(blueprints, id).map(one => one.id)
  return new Problem({
    what: `The blueprint ${blueprint.id} is not for ${title}.`,
    next: `Leave out --cloud to build it on ${Object.keys(blueprint.targets).join(' or ')}. Available on ${title}: ${fitting.join(', ')}.`,
    exit: Exit.usage,
  })
}

function usage(what: string): Problem {
  return new Problem({ what, exit: Exit.usage })
}
