import { createHash } from 'node:crypto'
import type { JsonObject } from '../../../base/json.ts'
import { object, objects, word, words } from '../../aws/core/input.ts'
import { findResource, text, texts, time } from '../../aws/core/resources.ts'
import { instanceState } from '../../aws/services/ec2/instance-state.ts'
import { oldestTls } from '../../aws/services/elbv2/listener.ts'
import { rulesOf } from '../../aws/services/elbv2/listener-rule.ts'
import { certificatesOf, listenersOf } from '../../aws/services/elbv2/load-balancer.ts'
import { targetsOf } from '../../aws/services/elbv2/target.ts'
import type { Call, Resource } from '../../world/model.ts'
import type { Placed } from './desired.ts'

/** Where the proxy tells what its checks say; only this system may ask. */
export const statsPort = 65_055

/** Files of the proxy's folder by name. */
export type ProxyFiles = Record<string, string>

/** What a configuration needs that the world does not hold. */
export interface ConfigDeps {
  /** Real milliseconds that a second of a check's interval takes. */
  secondMs: number
  /** Certificate and key for these names, PEM. */
  issue(names: string[]): string
}

/** Where it is asked from inside of its container. */
export const statsSocket = '/run/haproxy.sock'

/** Where the files lie in the proxy's container. */
export const folder = '/etc/haproxy/stackwright'
/** Names the servers of the configuration, for `stateFile`. */
export const serversFile = 'servers'
/** What is known of each server when the proxy takes up a configuration. */
export const stateFile = 'state'

/** What HAProxy is to do in place of this load balancer. */
export function proxyFiles({ call, resource }: Placed, deps: ConfigDeps): ProxyFiles {
  const files: ProxyFiles = {}
  const http = text(resource, 'type') === 'application'
  const idle = Number((resource.data.attributes as JsonObject)['idle_timeout.timeout_seconds'] ?? 350)
  const groups = new Map<string, Resource>()
  const fronts = listenersOf(call, resource).map(one => frontLines(call, one, { http, groups, files, deps }))
  const backs = [...groups.values()].map(group => backLines(call, group, http, deps))
  files['haproxy.cfg'] = [
    'global',
    '  maxconn 4000',
    `  stats socket ${statsSocket} mode 600 level admin`,
    `  server-state-file ${folder}/${stateFile}`,
    'defaults',
    `  mode ${http ? 'http' : 'tcp'}`,
    '  load-server-state-from-file global',
    '  timeout connect 5s',
    `  timeout client ${idle}s`,
    `  timeout server ${idle}s`,
    // A WebSocket is cut like any other connection that nothing is sent on.
    ...(http ? [`  timeout tunnel ${idle}s`] : []),
    // A visitor whose connection lies idle must not lose a request because the targets changed meanwhile.
    ...(http ? ['  option redispatch 1', '  retries 2', '  retry-on conn-failure empty-response'] : ['  retries 0']),
    ...(http ? ['  option idle-close-on-response'] : []),
    statsLines,
    ...fronts,
    ...backs,
    '',
  ].join('\n')
  const servers = [...groups.values()].flatMap(group =>
    serversOf(call, group).map(({ name, address, port, weight }) =>
      [backName(group), name, address, port, weight].join(' '),
    ),
  )
  files[serversFile] = servers.map(line => `${line}\n`).join('')
  return files
}

const statsLines = `frontend stats
  mode http
  bind :${statsPort}
  stats enable
  stats uri /stats`

/** The name of a target group's backend. */
export function backName(group: Resource): string {
  return `tg-${createHash('sha256').update(group.id).digest('hex').slice(0, 12)}`
}

/** The name of a target in its backend: `id-port`. */
export function serverName({ id, port }: { id: string; port: number }): string {
  return `${id}-${port}`
}

/** Whether a proxy with these files gives a machine new requests. */
export function sendsTo(files: ProxyFiles, instanceId: string): boolean {
  const servers = (files[serversFile] ?? '').split('\n').map(line => line.split(' '))
  return servers.some(([, name = '', , , weight]) => name.startsWith(`${instanceId}-`) && weight !== '0')
}

interface Making {
  http: boolean
  groups: Map<string, Resource>
  files: ProxyFiles
  deps: ConfigDeps
}

function frontLines(call: Call, listener: Resource, making: Making): string {
  const port = time(listener, 'port')
  const tls = ['HTTPS', 'TLS'].includes(text(listener, 'protocol'))
  const certificates = tls ? certificateFiles(call, listener, making) : []
  const crt = certificates.map(name => ` crt ${folder}/${name}`).join('')
  const lines = [`frontend port-${port}`, `  bind :${port}${tls ? ` ssl${crt} ${oldestOf(listener)}` : ''}`]
  if (!making.http)
    return [...lines, ...forward(call, objects(listener.data, 'actions')[0] ?? {}, '', making)].join('\n')
  const rules = rulesOf(call, listener).sort((one, other) => time(one, 'priority') - time(other, 'priority'))
  const all = [...rules.map(rule => ({ resource: rule, when: conditions(rule) })), { resource: listener, when: '' }]
  return [
    ...lines,
    '  option forwardfor',
    `  http-request set-header X-Forwarded-Proto ${tls ? 'https' : 'http'}`,
    `  http-request set-header X-Forwarded-Port ${port}`,
    // The first rule that fits decides, whatever it does.
    ...all.map(
      ({ when }, n) => `  http-request set-var(txn.rule) int(${n + 1}) if !{ var(txn.rule) -m found } ${when}`,
    ),
    ...all.flatMap(({ resource }, n) =>
      actionLines(call, objects(resource.data, 'actions')[0] ?? {}, { n: n + 1, port, tls }, making),
    ),
  ].join('\n')
}

/** OpenSSL itself refuses what is older than TLS 1.2 unless its ciphers may be weak. */
function oldestOf(listener: Resource): string {
  const oldest = oldestTls(listener)
  return oldest === 'TLSv1' ? 'ssl-min-ver TLSv1.0 ciphers DEFAULT:@SECLEVEL=0' : `ssl-min-ver ${oldest}`
}

function certificateFiles(call: Call, listener: Resource, { files, deps }: Making): string[] {
  return certificatesOf(listener).flatMap((id, n) => {
    const certificate = findResource(call, 'certificate', id)
    if (!certificate) return []
    const name = `port-${time(listener, 'port')}-${n}.pem`
    files[name] = deps.issue(texts(certificate, 'names'))
    return [name]
  })
}

interface Rule {
  n: number
  port: number
  tls: boolean
}

function actionLines(call: Call, action: JsonObject, rule: Rule, making: Making): string[] {
  const when = `{ var(txn.rule) -m int ${rule.n} }`
  const type = word(action, 'Type')
  if (type === 'forward') return forward(call, action, when, making)
  if (type === 'redirect') return redirect(object(action, 'RedirectConfig'), rule, when)
  const config = object(action, 'FixedResponseConfig')
  const file = `body-${rule.port}-${rule.n}`
  making.files[file] = word(config, 'MessageBody')
  const kind = quoted(word(config, 'ContentType'))
  return [
    `  http-request return status ${Number(word(config, 'StatusCode'))} content-type ${kind} file ${folder}/${file} if ${when}`,
  ]
}

/** Each group gets its share of the requests that are left for it. */
function forward(call: Call, action: JsonObject, when: string, { groups, http }: Making): string[] {
  const rows = objects(object(action, 'ForwardConfig'), 'TargetGroups').flatMap(row => {
    const group = findResource(call, 'target-group', word(row, 'TargetGroupArn'))
    return group ? [{ group, weight: Number(word(row, 'Weight') || 1) }] : []
  })
  const used = rows.filter(row => row.weight > 0)
  for (const { group } of rows) groups.set(group.id, group)
  return used.map(({ group, weight }, n) => {
    const left = used.slice(n).reduce((sum, one) => sum + one.weight, 0)
    const share = n < used.length - 1 ? `{ rand(${left}) lt ${weight} }` : ''
    const test = [when, share].filter(Boolean).join(' ')
    return `  ${http ? 'use_backend' : test ? 'use_backend' : 'default_backend'} ${backName(group)}${test ? ` if ${test}` : ''}`
  })
}

function redirect(config: JsonObject, { port, tls }: Rule, when: string): string[] {
  const own = tls ? 'https' : 'http'
  const fill = (value: string) =>
    value
      .split(/(#\{\w+\})/)
      .map(part => {
        if (part === '#{protocol}') return own
        if (part === '#{port}') return String(port)
        if (part === '#{host}') return '%[req.hdr(host),field(1,:)]'
        if (part === '#{path}') return '%[path,regsub(^/,)]'
        if (part === '#{query}') return '%[query]'
        return encodeURI(part).replaceAll('%', '%%').replaceAll("'", '%%27')
      })
      .join('')
  const place = `${fill(word(config, 'Protocol').toLowerCase())}://${fill(word(config, 'Host'))}:${fill(word(config, 'Port'))}${fill(word(config, 'Path'))}`
  const query = fill(word(config, 'Query'))
  const code = word(config, 'StatusCode') === 'HTTP_302' ? 302 : 301
  const line = (to: string, more: string) => `  http-request redirect code ${code} location '${to}' if ${when}${more}`
  if (query === '') return [line(place, '')]
  if (query !== '%[query]') return [line(`${place}?${query}`, '')]
  return [line(`${place}?${query}`, ' { query -m len gt 0 }'), line(place, '')]
}

/** All conditions must hold, each by one of its values; `*` and `?` are wildcards. */
function conditions(rule: Resource): string {
  return objects(rule.data, 'conditions')
    .map(one => {
      const values = words(object(one, Object.keys(one).find(key => key.endsWith('Config')) ?? ''), 'Values')
      const patterns = values.map(value => quoted(`^${glob(value)}$`)).join(' ')
      const field = word(one, 'Field')
      if (field === 'path-pattern') return `{ path -m reg -- ${patterns} }`
      if (field === 'host-header') return `{ req.hdr(host),field(1,:),lower -m reg -- ${patterns.toLowerCase()} }`
      if (field === 'http-request-method') return `{ method ${values.map(quoted).join(' ')} }`
      return `{ src ${values.map(quoted).join(' ')} }`
    })
    .join(' ')
}

function glob(value: string): string {
  return [...value]
    .map(character => {
      if (character === '*') return '.*'
      if (character === '?' || character === "'") return '.'
      return character.replace(/[.+^$()|{}[\]\\]/g, '\\$&')
    })
    .join('')
}

function backLines(call: Call, group: Resource, http: boolean, { secondMs }: ConfigDeps): string {
  const attributes = group.data.attributes as Record<string, string>
  const how = text(group, 'checkProtocol')
  const asks = how === 'HTTP' || how === 'HTTPS'
  const sticky = http && attributes['stickiness.enabled'] === 'true'
  // It is also how long a connection may take: a computer with much to do is no reason to call a machine ill.
  const inter = Math.max(2000, Math.round(time(group, 'interval') * secondMs))
  const port = text(group, 'checkPort')
  const check = [
    `check inter ${inter}ms fastinter 300ms downinter 300ms rise ${time(group, 'healthy')} fall ${time(group, 'unhealthy')}`,
    ...(port === 'traffic-port' ? [] : [`port ${Number(port)}`]),
    ...(how === 'HTTPS' ? ['check-ssl verify none'] : []),
    ...(['HTTPS', 'TLS'].includes(text(group, 'protocol')) ? ['ssl verify none'] : []),
  ].join(' ')
  const servers = serversOf(call, group).map(
    ({ name, address, port, weight }) =>
      `  server ${name} ${address}:${port} weight ${weight} ${check}${sticky ? ` cookie ${name}` : ''}`,
  )
  return [
    `backend ${backName(group)}`,
    `  balance ${attributes['load_balancing.algorithm.type'] === 'least_outstanding_requests' ? 'leastconn' : 'roundrobin'}`,
    `  timeout check ${time(group, 'timeout')}s`,
    ...(asks
      ? [
          '  option httpchk',
          `  http-check send meth GET uri ${quoted(text(group, 'path'))} ver HTTP/1.1 hdr Host %[bc_dst]:%[bc_dst_port] hdr User-Agent ELB-HealthChecker/2.0 hdr Connection close`,
          `  http-check expect status ${text(group, 'codes')}`,
        ]
      : []),
    ...(sticky ? ['  cookie AWSALB insert indirect nocache'] : []),
    ...servers,
  ].join('\n')
}

interface Server {
  name: string
  address: string
  port: number
  /** 0: it drains. */
  weight: number
}

/** The targets that can be asked at all: one that stands still is out at once. */
function serversOf(call: Call, group: Resource): Server[] {
  return targetsOf(call, group).flatMap(target => {
    const instance = findResource(call, 'instance', target.id)
    if (!instance || instanceState(call, instance) !== 'running') return []
    const weight = target.drainsUntil === null ? 1 : 0
    return [{ name: serverName(target), address: text(instance, 'privateIp'), port: target.port, weight }]
  })
}

/** One word of HAProxy's configuration; inside of such quotes nothing has a meaning. */
function quoted(value: string): string {
  return `'${value.replace(/['\r\n]/g, '')}'`
}
