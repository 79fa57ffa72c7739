import {
  createPrompt,
  isDownKey,
  isEnterKey,
  isTabKey,
  isUpKey,
  type KeypressEvent,
  useEffect,
  useKeypress,
  usePagination,
  useState,
} from '@inquirer/core'
import type { Json } from '../base/json.ts'
import { clip } from '../view/text.ts'
import { paint, sanitize, wrap } from './paint.ts'
import { type Common, colon, common, doneLine, squeezed, under } from './prompt-lines.ts'

/** What a prompt returns: a value, or that people go back or stop. */
export type Reply<T> = { is: 'value'; value: T } | { is: 'back' } | { is: 'stop' }

/** The terminal of the prompts. */
export interface Io {
  input: NodeJS.ReadStream
  output: NodeJS.WriteStream
}

/** A prompt for one line of text. */
export interface LineConfig extends Common {
  /** What an empty line means, as text. */
  fallback?: string | undefined
  masked?: boolean
  /** A sentence that says what is wrong with the text, or undefined. */
  check(text: string): string | undefined
}

/** One line of text. An empty line gives `undefined`: the fallback. Tab puts the fallback into the line. */
const linePrompt = createPrompt<Reply<string | undefined>, LineConfig & Frame>((config, done) => {
  const [text, setText] = useState('')
  const [edited, setEdited] = useState(false)
  const [finished, setFinished] = useState<string | undefined>(undefined)
  const [problem, setProblem] = useState<string | undefined>(config.notice)
  useStopAtEnd(done)

  useTyping((key, rl) => {
    if (finished !== undefined) return
    if (isBack(key)) {
      if (config.back) done({ is: 'back' })
      return
    }
    if (isEnterKey(key)) {
      const given = text === '' && !edited ? undefined : text
      const wrong = given === undefined && config.fallback !== undefined ? undefined : config.check(text)
      if (wrong === undefined) {
        setFinished(given ?? config.fallback ?? '')
        config.frame.keep = !config.vanish
        done({ is: 'value', value: given })
        return
      }
      // Readline has emptied its line: restore it for correction.
      rl.write(text)
      setProblem(wrong)
    } else if (isTabKey(key)) {
      rl.clearLine(0)
      const start = text === '' && !config.masked ? (config.fallback ?? '') : text
      rl.write(start)
      setText(start)
      setEdited(true)
    } else {
      setText(rl.line)
      if (rl.line !== text) setProblem(rl.line === '' ? undefined : config.check(rl.line))
    }
  })

  const shown = config.masked ? '*'.repeat(text.length) : text
  if (finished !== undefined) return doneLine(config, config.masked && text !== '' ? '********' : finished)
  const fallback =
    config.fallback === undefined || edited ? '' : paint.dim(` (${clip(sanitize(config.fallback), 60) || 'none'})`)
  const keys = [
    'Enter',
    !config.masked && config.fallback !== undefined && !edited ? 'Tab edit' : '',
    ...common(config),
  ]
  return [
    `${paint.cyan('?')} ${paint.bold(config.label)}${fallback}${colon(config)} ${shown}`,
    under(config, problem, keys),
  ]
})

/** An item of a list. */
export interface Item<T> {
  value: T
  name: string
  hint?: string | undefined
  /** A line between items that cannot be chosen. */
  heading?: boolean
}

/** A prompt for one item of a list. */
export interface PickConfig<T = Json> extends Common {
  items: Item<T>[]
  /** The value that is highlighted first. */
  fallback?: T | undefined
  /** The height of the terminal. */
  rows: number
  /** Allows typed text that is no item; returns what is wrong with it, or undefined. */
  open?: ((text: string) => string | undefined) | undefined
}

/** One of a list; typing narrows it. With `open`, the typed text itself can be the answer. */
const pickPrompt = createPrompt<Reply<unknown>, PickConfig<unknown> & Frame>((config, done) => {
  const [search, setSearch] = useState('')
  const [moved, setMoved] = useState<number | undefined>(undefined)
  const [finished, setFinished] = useState<string | undefined>(undefined)
  const [problem, setProblem] = useState<string | undefined>(config.notice)
  useStopAtEnd(done)

  const found = narrowed(config, search)
  const preferred = found.findIndex(item => !item.heading && item.value === config.fallback)
  const first = found.findIndex(item => !item.heading)
  const active = Math.min(moved ?? (search === '' && preferred >= 0 ? preferred : first), found.length - 1)

  useTyping((key, rl) => {
    if (finished !== undefined) return
    if (isBack(key)) {
      if (config.back) done({ is: 'back' })
    } else if (isEnterKey(key)) {
      const item = found[active]
      const wrong = item ? (item.value === typedText ? config.open?.(search) : undefined) : 'No item matches.'
      if (!item || wrong !== undefined) {
        rl.write(search)
        setProblem(wrong)
        return
      }
      const value = item.value === typedText ? search : item.value
      setFinished(item.value === typedText ? search : item.name)
      config.frame.keep = !config.vanish
      done({ is: 'value', value })
    } else if (isUpKey(key) || isDownKey(key)) {
      rl.clearLine(0)
      rl.write(search)
      setMoved(step(found, active, isUpKey(key) ? -1 : 1))
    } else if (isTabKey(key)) {
      rl.clearLine(0)
      rl.write(search)
    } else if (rl.line !== search) {
      setSearch(rl.line)
      setMoved(undefined)
      setProblem(undefined)
    }
  })

  const page = usePagination({
    items: found,
    active: Math.max(0, active),
    pageSize: Math.max(3, config.rows - 9),
    loop: false,
    renderItem({ item, isActive }) {
      const name = squeezed(sanitize(item.name), config.columns - 4)
      if (item.heading) return paint.bold(name)
      return isActive ? paint.cyan(`> ${name}`) : `  ${name}`
    },
  })
  if (finished !== undefined) return doneLine(config, finished)
  const hint = found[active]?.hint
  const keys = ['↑↓ Enter', config.items.length > 7 || config.open ? 'type to search' : '', ...common(config)]
  const body = [found.length > 0 ? page : '', hint ? paint.dim(wrap(sanitize(hint), config.columns, '  ')) : '']
  return [
    `${paint.cyan('?')} ${paint.bold(config.label)}${colon(config)} ${search}`,
    [...body.filter(Boolean), under(config, problem, keys)].join('\n'),
  ]
})

/** Asks for a line; `undefined` is the fallback. Ctrl-C and a closed input return `stop`. */
export function askLine(config: LineConfig, io: Io): Promise<Reply<string | undefined>> {
  return shownIn(io, (frame, context) => linePrompt({ ...config, ...frame }, context))
}

/** Asks for one of a list, or text where `open` allows it. Ctrl-C and a closed input return `stop`. */
export function askPick<T>(config: PickConfig<T>, io: Io): Promise<Reply<T | string>> {
  const whole = config as PickConfig<unknown>
  return shownIn(io, (frame, context) => pickPrompt({ ...whole, ...frame }, context)) as Promise<Reply<T | string>>
}

/** Asks for yes or no; `words` are the names of the two. Ctrl-C and a closed input return `stop`. */
export async function askYesNo(
  config: Omit<PickConfig<boolean>, 'items' | 'open'>,
  io: Io,
  words: [yes: string, no: string] = ['Yes', 'No'],
): Promise<Reply<boolean>> {
  const items = [
    { value: true, name: words[0] },
    { value: false, name: words[1] },
  ]
  return (await askPick({ ...config, items }, io)) as Reply<boolean>
}

/** Whether the prompt leaves its line on the screen when it has ended. */
interface Frame {
  frame: { keep: boolean }
}

/** An answered prompt leaves one line behind; one that ended with back or stop leaves nothing. */
async function shownIn<T>(
  io: Io,
  ask: (frame: Frame, context: Io & { readonly clearPromptOnDone: boolean }) => Promise<Reply<T>>,
): Promise<Reply<T>> {
  const frame = { keep: false }
  const context = {
    ...io,
    // The library reads this when the prompt has ended.
    get clearPromptOnDone() {
      return !frame.keep
    },
  }
  try {
    return await ask({ frame }, context)
  } catch (error) {
    // The library's name for Ctrl-C.
    if (error instanceof Error && error.name === 'ExitPromptError') return { is: 'stop' }
    throw error
  }
}

interface Line {
  line: string
  write(text: string): void
  clearLine(direction: 0): void
}

function useTyping(handler: (key: KeypressEvent, rl: Line) => void): void {
  useKeypress((key, rl) => handler(key, rl as unknown as Line))
}

/** Ctrl-D or a hung-up terminal closes readline without an answer. */
function useStopAtEnd(done: (reply: { is: 'stop' }) => void): void {
  useEffect(rl => {
    rl.on('close', () => done({ is: 'stop' }))
  }, [])
}

function isBack(key: KeypressEvent): boolean {
  return key.name === 'escape' || (key.ctrl && key.name === 'b')
}

const typedText = Symbol('typed')

function narrowed(config: PickConfig<unknown>, search: string): Item<unknown>[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return config.items
  const found = config.items.filter(item => {
    const text = `${item.name} ${String(item.value)}`.toLowerCase()
    return !item.heading && words.every(word => text.includes(word))
  })
  const exact = config.items.some(item => String(item.value) === search)
  return config.open && !exact ? [...found, { value: typedText, name: `use “${search}”` }] : found
}

function step(items: Item<unknown>[], from: number, by: 1 | -1): number {
  let next = from + by
  while (items[next]?.heading) next += by
  return items[next] ? next : from
}
