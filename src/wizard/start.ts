import { Exit, Problem } from '../base/errors.ts'
import { askLine, askPick, askYesNo, type Io, type Item, type Reply } from './prompt.ts'

/** One of the values to choose from. */
export interface StartChoice {
  value: string
  name: string
  hint?: string
}

/** What `up` must know before its steps can be asked. What is given is not asked. */
export interface Start {
  blueprint?: string
  cloud?: string
  region?: string
  stack?: string
}

/** What the first questions need. */
export interface StartRequest {
  given: Start
  blueprints: StartChoice[]
  /** The clouds of a blueprint. */
  clouds(blueprint: string): StartChoice[]
  /** The regions of the chosen cloud, and the usual one. */
  regions(chosen: Start): Promise<{ choices: StartChoice[]; fallback: string }>
  /** The names of existing stacks: choosing one continues with it. */
  stacks: string[]
  /** A sentence that says what is wrong with a name, or undefined. */
  checkStack(name: string): string | undefined
  io: Io
}

/** Asks the first questions of an `up`: what is not given. Throws a Problem with exit 130 when people stop. */
export async function chooseStart(request: StartRequest): Promise<Required<Start>> {
  const { io, given } = request
  const chosen: Start = { ...given }
  const order = (['blueprint', 'cloud', 'region', 'stack'] as const).filter(name => given[name] === undefined)
  /** The indexes of the questions that were asked, to go back through. */
  const asked: number[] = []
  for (let at = 0; at < order.length; ) {
    const name = order[at]!
    const clouds = name === 'cloud' ? request.clouds(chosen.blueprint!) : []
    if (clouds.length === 1) {
      chosen.cloud = clouds[0]!.value
      at += 1
      continue
    }
    const reply = await ask[name](request, chosen, asked.length > 0)
    if (reply.is === 'stop') throw stoppedAtStart()
    if (reply.is === 'back') {
      at = asked.pop()!
      continue
    }
    chosen[name] = reply.value
    asked.push(at)
    at += 1
  }
  if (order.length > 0) io.output.write('\n')
  return chosen as Required<Start>
}

/**
 * Asks yes or no, after the plan. `fallback` is false where yes costs money or deletes data. Esc is no. Throws a Problem
 * with exit 130 on Ctrl-C.
 */
export async function confirm(
  label: string,
  { fallback, io, help }: { fallback: boolean; io: Io; help?: string },
): Promise<boolean> {
  const reply = await askYesNo({ ...confirming(io), label, help, fallback }, io)
  if (reply.is === 'stop') throw stoppedAtStart()
  return reply.is === 'value' && reply.value
}

/** For removals: true only when exactly `word` was typed. Esc is no. Throws a Problem with exit 130 on Ctrl-C. */
export async function confirmByTyping(
  label: string,
  word: string,
  { io, help }: { io: Io; help?: string },
): Promise<boolean> {
  const check = (text: string) => (text === word ? undefined : `Type ${word} to confirm, or press Esc.`)
  const reply = await askLine({ ...confirming(io), label, help, check }, io)
  if (reply.is === 'stop') throw stoppedAtStart()
  return reply.is === 'value' && reply.value === word
}

type Ask = (request: StartRequest, chosen: Start, back: boolean) => Promise<Reply<string>>

const ask: Record<keyof Start, Ask> = {
  blueprint: ({ blueprints, io }, _, back) =>
    askPick({ ...frame(io, back), label: 'What do you want to build?', items: blueprints as Item<string>[] }, io),
  cloud: ({ clouds, io }, chosen, back) =>
    askPick({ ...frame(io, back), label: 'On which cloud?', items: clouds(chosen.blueprint!) as Item<string>[] }, io),
  async region({ regions, io }, chosen, back) {
    const { choices, fallback } = await regions(chosen)
    const help = 'Where the machines run. A region near your users responds faster.'
    return askPick({ ...frame(io, back), label: 'Region', help, items: choices as Item<string>[], fallback }, io)
  },
  async stack({ stacks, checkStack, io }, chosen, back) {
    const fallback = freeName(chosen.blueprint!, stacks)
    const taken =
      stacks.length > 0 ? ` Existing stacks: ${stacks.join(', ')}. Type one of these names to continue with it.` : ''
    const help = `The name of this stack, here and in the names of its resources.${taken}`
    const reply = await askLine({ ...frame(io, back), label: 'Stack name', help, fallback, check: checkStack }, io)
    return reply.is === 'value' ? { is: 'value', value: reply.value ?? fallback } : reply
  },
}

function frame(io: Io, back: boolean) {
  return { columns: io.output.columns || 80, rows: io.output.rows || 24, back, ways: { stop: 'Ctrl-C stop' } }
}

function confirming(io: Io) {
  return { ...frame(io, true), ways: { esc: 'Esc no', stop: 'Ctrl-C stop' } }
}

function freeName(base: string, taken: string[]): string {
  let name = base
  for (let number = 2; taken.includes(name); number += 1) name = `${base}-${number}`
  return name
}

function stoppedAtStart(): Problem {
  return new Problem({ what: 'Stopped.', why: 'Nothing was changed.', exit: Exit.interrupted })
}
