// Needs: chromium
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { emptyFolder } from './folder.ts'

/** A page in a real browser that somebody has before them. */
export interface Browser {
  /** Goes to an address, and returns when the page is loaded. */
  go(url: string): Promise<void>
  /** What an expression is in the page, as JSON. Rejects where it throws there. */
  read<T>(expression: string): Promise<T>
  /** Lets no more of the page's scripts run, as when its computer sleeps, until `wake`. */
  sleep(): Promise<void>
  wake(): Promise<void>
  close(): Promise<void>
}

/** How the browser finds and trusts a site that only this computer knows. */
interface Site {
  /** The authority of its certificate, PEM. */
  authority: string
  domain: string
  /** Who answers on the domain's port 443, `host:port`. */
  listener: string
}

/** Chromium with a person's own folder, in which only the authority is added to those that it trusts anyway. */
export async function startBrowser(site: Site): Promise<Browser> {
  const home = await emptyFolder()
  trust(home, site.authority)
  const flags = [
    ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage'],
    ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    `--user-data-dir=${join(home, 'profile')}`,
    `--host-resolver-rules=MAP ${site.domain}:443 ${site.listener}`,
    '--remote-debugging-pipe',
  ]
  const env = { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8' }
  // Its protocol is spoken over the fourth and fifth of these.
  const stdio = ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] as const
  const child = spawn('chromium', [...flags, 'about:blank'], { env, cwd: home, stdio: [...stdio], detached: true })
  const call = protocolOf(child)
  const { targetInfos } = await call('Target.getTargets')
  const { targetId } = (targetInfos as { type: string; targetId: string }[]).find(one => one.type === 'page')!
  const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true })
  const ask = async (method: string, params: object = {}) => await call(method, params, String(sessionId))
  await ask('Page.enable')
  return pageOf(ask, child)
}

/** Adds the authority to the certificates of this home (Mozilla's NSS, which Chromium asks on Linux). */
function trust(home: string, authority: string): void {
  const folder = join(home, '.pki/nssdb')
  mkdirSync(folder, { recursive: true })
  const file = join(home, 'authority.pem')
  writeFileSync(file, authority)
  const certutil = (...args: string[]) => execFileSync('certutil', ['-d', `sql:${folder}`, ...args])
  certutil('-N', '--empty-password')
  certutil('-A', '-n', 'sandbox', '-t', 'C,,', '-i', file)
}

type Answer = Record<string, unknown>

function pageOf(ask: (method: string, params?: object) => Promise<Answer>, child: ChildProcess): Browser {
  const read: Browser['read'] = async expression => {
    const told = await ask('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })
    if (told.exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(told.exceptionDetails)}`)
    return (told.result as { value: never }).value
  }
  return {
    read,
    async go(url) {
      const { errorText } = await ask('Page.navigate', { url })
      if (errorText) throw new Error(`${url}: ${errorText}`)
      const ready = `document.readyState === 'complete' && location.href !== 'about:blank'`
      while (!(await read<boolean>(ready).catch(() => false))) await new Promise(resolve => setTimeout(resolve, 50))
    },
    async sleep() {
      await ask('Debugger.enable')
      await ask('Debugger.pause')
    },
    async wake() {
      await ask('Debugger.disable')
    },
    async close() {
      if (child.exitCode !== null) return
      const over = new Promise(resolve => child.on('close', resolve))
      // It and every process of its own.
      process.kill(-child.pid!, 'SIGKILL')
      await over
    },
  }
}

/** Calls of Chromium's DevTools protocol: JSON, each ended by a NUL; answers are known by their id. */
function protocolOf(child: ChildProcess) {
  const [, , errors, there, back] = child.stdio as [unknown, unknown, Readable, Writable, Readable]
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>()
  let said = ''
  errors.on('data', chunk => (said += chunk))
  child.on('error', error => end(error))
  child.on('close', code => end(new Error(`chromium ended with ${code}: ${said.slice(-2000)}`)))
  there.on('error', () => undefined)
  const end = (error: Error) => {
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  let text = ''
  back.setEncoding('utf8').on('data', chunk => {
    const [last, ...whole] = (text + chunk).split('\0').reverse()
    text = last!
    for (const one of whole.reverse()) {
      const { id, result, error } = JSON.parse(one)
      const caller = waiting.get(id)
      waiting.delete(id)
      if (error) caller?.reject(new Error(error.message))
      else caller?.resolve(result)
    }
  })
  let last = 0
  return (method: string, params: object = {}, sessionId?: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const id = ++last
      waiting.set(id, { resolve, reject })
      there.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`)
    })
}
