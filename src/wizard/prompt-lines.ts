import { clip, columns } from '../view/text.ts'
import { paint, sanitize, wrap } from './paint.ts'

/** What prompts of every kind are shown with. */
export interface Common {
  label: string
  /** Shown under the prompt while it is open. */
  help?: string | undefined
  /** Why it is asked again, or what could not be looked up. */
  notice?: string | undefined
  /** The width of the terminal. */
  columns: number
  /** Whether there is a question to go back to. */
  back: boolean
  /** Leaves no line behind when it is answered. */
  vanish?: boolean
  /** What Esc and Ctrl-C do, where that is not a step back and a stop that saves the answers. */
  ways?: { esc?: string; stop?: string }
}

/** The keys that every prompt has, in words. */
export function common(config: Common): string[] {
  return [config.back ? (config.ways?.esc ?? 'Esc back') : '', config.ways?.stop ?? 'Ctrl-C save and stop']
}

/** The lines under a prompt: what is wrong, the help, the keys. */
export function under(config: Common, problem: string | undefined, keys: string[]): string {
  const lines = [
    problem ? paint.red(wrap(sanitize(problem), config.columns, '  ')) : '',
    config.help ? paint.dim(wrap(sanitize(config.help), config.columns, '  ')) : '',
    paint.dim(wrap(keys.filter(Boolean).join(' · '), config.columns, '  ')),
  ]
  return lines.filter(Boolean).join('\n')
}

/** The line that an answered prompt leaves behind. */
export function doneLine(config: Common, answer: string): string {
  return `${paint.green('✓')} ${config.label}${colon(config)} ${paint.cyan(clip(sanitize(answer).replace(/ {2,}/g, '  '), 200) || 'none')}`
}

/** What stands between the label and the answer. */
export function colon({ label }: Common): string {
  return label.endsWith('?') ? '' : ':'
}

/** Where a row is too wide, its columns are joined before its words are cut. */
export function squeezed(name: string, width: number): string {
  return columns(name) > width ? clip(name.replace(/ {2,}/g, '  '), width) : name
}
