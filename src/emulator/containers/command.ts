import { spawn } from 'node:child_process'

/** How a program is run. */
export interface RunOptions {
  /** Milliseconds until it is killed. Default one minute. */
  timeout?: number
  input?: string | Buffer
  /** Called with each piece of what it prints, as it comes. */
  onOutput?: (text: string) => void
  env?: NodeJS.ProcessEnv
}

/** How it ended and all that it printed. */
export interface Ran {
  /** Exit code; 124 after a time-out, 127 when there is no such program. */
  code: number
  stdout: string
  stderr: string
}

/** Runs a program without a shell and waits for its end. Never throws: the code tells. */
export function runProgram(program: string, args: string[], options: RunOptions = {}): Promise<Ran> {
  return new Promise(resolve => {
    const child = spawn(program, args, { env: options.env ?? process.env, stdio: ['pipe', 'pipe', 'pipe'] })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    let late = false
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, options.timeout ?? 60_000)
    const end = (code: number, why = '') => {
      clearTimeout(timer)
      resolve({ code, stdout: text(stdout), stderr: why || text(stderr) })
    }
    child.stdout.on('data', (part: Buffer) => {
      stdout.push(part)
      options.onOutput?.(part.toString())
    })
    child.stderr.on('data', (part: Buffer) => {
      stderr.push(part)
      options.onOutput?.(part.toString())
    })
    child.on('error', error => end(127, error.message))
    child.on('close', (code, signal) => {
      if (late) end(124, `${text(stderr)}\nIt took longer than ${(options.timeout ?? 60_000) / 1000} seconds.`.trim())
      else end(code ?? (signal ? 137 : 1))
    })
    // A program that ends before it read everything is no error of ours.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
  })
}

/** The last lines of a text, for messages. */
export function lastLines(value: string, count = 3): string {
  return value.trim().split('\n').slice(-count).join(' ').trim()
}

function text(parts: Buffer[]): string {
  return Buffer.concat(parts).toString('utf8')
}
