import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

// Needs: tmux

/** A real pseudo-terminal (tmux), driven key by key. */
export interface Terminal {
  /** Text as typed, without Enter. */
  type(text: string): void
  /** Names as tmux knows them: `Enter`, `Escape`, `Up`, `Down`, `Tab`, `C-c`, `C-b`, `BSpace`. */
  key(...names: string[]): void
  /** What can be seen now, without trailing space. */
  screen(): string
  /** Also what has scrolled away. */
  history(): string
  /** Whether anything on the screen has a colour. */
  colours(): boolean
  /** Waits until the text (or pattern) can be seen; throws with the screen when it does not come. */
  waitFor(text: string | RegExp, withinMs?: number): Promise<string>
  /** Waits for the command's end. */
  exit(withinMs?: number): Promise<number>
  close(): void
}

/** Starts a command (an argv) in a terminal of this size. The environment is only what is given, and PATH and HOME. */
export function startTerminal(
  command: string[],
  { columns = 100, rows = 40, env = {}, cwd = process.cwd() }: TerminalOptions = {},
): Terminal {
  const socket = `stackwright-test-${process.pid}-${randomBytes(4).toString('hex')}`
  const tmux = (...args: string[]) =>
    execFileSync('tmux', ['-L', socket, '-f', '/dev/null', ...args], { encoding: 'utf8' })
  const variables = Object.entries({
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    LANG: 'C.UTF-8',
    ...env,
  })
  const words = [
    'env',
    '-i',
    'TERM=screen-256color',
    ...variables.map(([name, value]) => `${name}=${value}`),
    ...command,
  ]
  const folder = mkdtempSync(join(tmpdir(), 'terminal-'))
  const script = `trap : INT; ${words.map(quoted).join(' ')}; echo $? > ${quoted(join(folder, 'status'))}`
  // Keeps the last screen until we have read it. The status goes through a file: tmux loses one now and then.
  tmux('-u', 'new-session', '-d', '-s', 't', '-x', String(columns), '-y', String(rows), '-c', cwd, 'sleep 60')
  tmux('set-option', '-g', 'remain-on-exit', 'on')
  tmux('set-option', '-g', 'history-limit', '10000')
  tmux('set-option', '-s', 'escape-time', '0')
  tmux('respawn-pane', '-k', '-t', 't', '-c', cwd, script)

  const terminal: Terminal = {
    type: text => void tmux('send-keys', '-t', 't', '-l', text),
    key: (...names) => void tmux('send-keys', '-t', 't', ...names),
    screen: () => tmux('capture-pane', '-p', '-t', 't').trimEnd(),
    history: () => tmux('capture-pane', '-p', '-J', '-S', '-', '-t', 't').trimEnd(),
    colours: () => /\u001b\[[\d;]*3\d/.test(tmux('capture-pane', '-p', '-e', '-t', 't')),
    async waitFor(text, withinMs = 60_000) {
      const until = Date.now() + withinMs
      for (;;) {
        const screen = terminal.screen()
        if (typeof text === 'string' ? screen.includes(text) : text.test(screen)) return screen
        if (Date.now() > until) throw new Error(`Did not see ${String(text)} in:\n${screen}`)
        await sleep(25)
      }
    },
    async exit(withinMs = 60_000) {
      const until = Date.now() + withinMs
      for (;;) {
        const status = statusIn(folder)
        if (status !== undefined) return status
        if (Date.now() > until) throw new Error(`Still running:\n${terminal.screen()}`)
        await sleep(25)
      }
    },
    close() {
      rmSync(folder, { recursive: true, force: true })
      try {
        tmux('kill-server')
      } catch {
        // It has ended by itself.
      }
    },
  }
  return terminal
}

interface TerminalOptions {
  columns?: number
  rows?: number
  env?: Record<string, string>
  cwd?: string
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

function statusIn(folder: string): number | undefined {
  try {
    const text = readFileSync(join(folder, 'status'), 'utf8')
    return text.endsWith('\n') ? Number(text) : undefined
  } catch {
    return undefined
  }
}
