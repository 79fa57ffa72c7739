import { get } from 'node:http'
import { Problem } from '../../../base/errors.ts'
import { lastLines } from '../command.ts'
import { ensureContainer, inside, realAddress } from '../container.ts'
import type { Machine } from '../machine.ts'
import type { Network } from '../network.ts'
import { base64, programText } from '../programs.ts'
import type { Runtime } from '../runtime.ts'
import { folder, type ProxyFiles, serversFile, stateFile, statsPort, statsSocket } from './haproxy.ts'

/** A load balancer to be run. */
export interface ProxySpec {
  sandbox: string
  id: string
  image: string
  network: Network
  /** Its private addresses, one in each of its subnets. */
  addresses: string[]
}

/** The health of a server by the proxy's checks, and what it served. */
export interface Seen {
  /** `no check`: not checked yet. */
  state: 'up' | 'down' | 'no check'
  /** The last answer in words. */
  why: string
  /** Requests (of a network load balancer: connections) that it got since the proxy took up its configuration. */
  served: number
}

/** Starts the proxy without listeners, or finds it running; its addresses are in the VPC. */
export async function bootProxy(runtime: Runtime, spec: ProxySpec): Promise<Machine> {
  const what = `The load balancer ${spec.id} did not start.`
  const config = `${folder}/haproxy.cfg`
  const idle = `defaults\\n  mode http\\n  timeout connect 5s\\n  timeout client 5s\\n  timeout server 5s\\nfrontend stats\\n  bind :${statsPort}\\n`
  // Who takes it over through a request cannot touch the firewall before it.
  const haproxy = 'setpriv --bounding-set=-net_admin haproxy'
  const start = `mkdir -p ${folder}\ntest -e ${config} || printf '${idle}' >${config}\nexec ${haproxy} -W -db -f ${config}`
  const name = await ensureContainer(runtime, what, {
    ...{ ...spec, use: 'server', hostName: spec.id },
    flags: ['--stop-signal', 'SIGTERM'],
    command: ['bash', '-c', start],
  })
  const prefix = spec.network.cidr.split('/')[1] ?? '32'
  const addresses = spec.addresses.map(one => `ip address replace ${one}/${prefix} dev eth0\n`)
  await inside(runtime, name, what, addresses.join(''))
  const real = await realAddress(runtime, name)
  return { name, id: spec.id, address: spec.addresses[0] ?? '', realAddress: real }
}

/** Replaces its configuration; connections under way are finished by the old process. Throws a Problem with what HAProxy rejects. */
export async function setProxy(runtime: Runtime, proxy: Machine, files: ProxyFiles): Promise<void> {
  const what = `The load balancer ${proxy.id} could not be set.`
  const writes = Object.entries(files).map(
    ([name, text]) => `echo ${base64(text) || "''"} | base64 -d >${folder}/new/${name}`,
  )
  const state = `${statsSocket} ${folder}/${serversFile} ${folder}/${stateFile}`
  const script = [
    `rm -rf ${folder}/new`,
    `mkdir -m 700 ${folder}/new`,
    ...writes,
    `rm -f ${folder}/*.pem ${folder}/body-*`,
    `mv ${folder}/new/* ${folder}/`,
    `haproxy -c -q -f ${folder}/haproxy.cfg`,
    `echo ${base64(programText('server-state.py'))} | base64 -d | python3 - ${state}`,
    'kill -USR2 1',
  ].join('\n')
  const ran = await runtime.run(['exec', '--interactive', proxy.name, 'bash', '-eu', '-s'], { input: script })
  if (ran.code !== 0) throw new Problem({ what, why: lastLines(ran.stderr + ran.stdout, 6) })
}

/** Results of its health checks, and what was served, by `backend/server`. Empty while it does not answer. */
export function readProxy(proxy: Pick<Machine, 'realAddress'>, from: string): Promise<Map<string, Seen>> {
  return new Promise(resolve => {
    const options = { host: proxy.realAddress, port: statsPort, path: '/stats;csv', localAddress: from, timeout: 3000 }
    const outgoing = get({ ...options, agent: false }, reply => {
      let text = ''
      reply.setEncoding('utf8')
      reply.on('data', (part: string) => (text += part))
      reply.on('end', () => resolve(rowsOf(text)))
      reply.on('error', () => resolve(new Map()))
    })
    outgoing.on('timeout', () => outgoing.destroy())
    outgoing.on('error', () => resolve(new Map()))
  })
}

function rowsOf(csv: string): Map<string, Seen> {
  const [head = '', ...lines] = csv.split('\n')
  const names = head.replace(/^# /, '').split(',')
  const at = (name: string) => names.indexOf(name)
  const seen = new Map<string, Seen>()
  for (const fields of lines.map(line => line.split(','))) {
    const [backend = '', server = ''] = fields
    if (server === '' || server === 'FRONTEND' || server === 'BACKEND') continue
    const check = fields[at('check_status')] ?? ''
    const state =
      check === '' || /^(INI|\* INI)/.test(check)
        ? 'no check'
        : /^UP|^DRAIN/.test(fields[at('status')] ?? '')
          ? 'up'
          : 'down'
    const why = [check, fields[at('check_code')]].filter(Boolean).join(' ')
    seen.set(`${backend}/${server}`, { state, why, served: Number(fields[at('stot')] ?? 0) })
  }
  return seen
}
