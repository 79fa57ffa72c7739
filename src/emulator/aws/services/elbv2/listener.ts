import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { hex } from '../../core/ids.ts'
import { objects, operation, refuse, requireParameter, word, words } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import { createResource, findResource, resourcesOf, text, texts, time, updateResource } from '../../core/resources.ts'
import { tagsIn } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { certificateStatus } from '../acm/certificate.ts'
import { describeActions, readActions } from './listener-action.ts'
import { balancerOf, certificatesOf, dropListener, listenersOf, marker } from './load-balancer.ts'
import { balancerPath, elbFind, elbTagCodes, invalid, isApplication, misconfigured, oneOf, within } from './lookup.ts'

/** What a TLS listener may speak. Through the API the default is still the old one. */
const policies: Record<string, string[]> = {
  'ELBSecurityPolicy-2016-08': ['TLSv1', 'TLSv1.1', 'TLSv1.2'],
  'ELBSecurityPolicy-TLS-1-2-2017-01': ['TLSv1.2'],
  'ELBSecurityPolicy-FS-1-2-Res-2020-10': ['TLSv1.2'],
  'ELBSecurityPolicy-TLS13-1-2-2021-06': ['TLSv1.2', 'TLSv1.3'],
  'ELBSecurityPolicy-TLS13-1-2-Res-2021-06': ['TLSv1.2', 'TLSv1.3'],
  'ELBSecurityPolicy-TLS13-1-3-2021-06': ['TLSv1.3'],
  'ELBSecurityPolicy-TLS13-1-2-PQ-2025-09': ['TLSv1.2', 'TLSv1.3'],
  'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09': ['TLSv1.2', 'TLSv1.3'],
  'ELBSecurityPolicy-TLS13-1-3-PQ-2025-09': ['TLSv1.3'],
}

/** The oldest version of TLS that the listener's policy allows, in the service's words: `TLSv1`, `TLSv1.2`. */
export function oldestTls(listener: Resource): string {
  return policies[text(listener, 'policy')]?.[0] ?? 'TLSv1.2'
}

/** Listeners. Their key is (load balancer, port). */
export const listenerOperations: Record<string, Operation> = {
  'elbv2.CreateListener': operation(
    'LoadBalancerArn Protocol Port SslPolicy Certificates DefaultActions AlpnPolicy Tags',
    createListener,
  ),
  'elbv2.DescribeListeners': operation('LoadBalancerArn ListenerArns Marker PageSize', (input, call) => {
    const arns = words(input, 'ListenerArns')
    const found =
      arns.length > 0 ? arns.map(one => elbFind(call, 'listener', one)) : listenersOf(call, balancerOf(call, input))
    const { rows, next } = page(input, found, { limit: 'PageSize', token: 'Marker', size: 400 })
    return { Listeners: rows.map(describe), ...marker(next) }
  }),
  'elbv2.ModifyListener': operation(
    'ListenerArn Port Protocol SslPolicy Certificates DefaultActions AlpnPolicy',
    (input, call) => {
      const listener = listenerOf(call, input)
      const balancer = elbFind(call, 'load-balancer', text(listener, 'balancerId'))
      const settings = readSettings(call, input, balancer, listener.data)
      const other = onPort(call, balancer, Number(settings.port))
      if (other && other !== listener) duplicate(Number(settings.port))
      updateResource(call, listener, settings)
      return { Listeners: [describe(listener)] }
    },
  ),
  'elbv2.DeleteListener': operation('ListenerArn', (input, call) => {
    dropListener(call, listenerOf(call, input))
    return {}
  }),
  'elbv2.DescribeListenerCertificates': operation('ListenerArn Marker PageSize', (input, call) => ({
    Certificates: certificatesOf(listenerOf(call, input)).map((CertificateArn, index) => ({
      CertificateArn,
      IsDefault: index === 0,
    })),
  })),
  'elbv2.AddListenerCertificates': operation('ListenerArn Certificates', (input, call) => {
    const listener = listenerOf(call, input)
    const added = objects(input, 'Certificates').map(one => usable(call, word(one, 'CertificateArn')))
    const fresh = added.filter(one => !certificatesOf(listener).includes(one))
    const certificates = [...certificatesOf(listener), ...fresh].map(CertificateArn => ({ CertificateArn }))
    updateResource(call, listener, { certificates })
    return { Certificates: added.map(CertificateArn => ({ CertificateArn, IsDefault: false })) }
  }),
  'elbv2.RemoveListenerCertificates': operation('ListenerArn Certificates', (input, call) => {
    const listener = listenerOf(call, input)
    const gone = objects(input, 'Certificates').map(one => word(one, 'CertificateArn'))
    if (gone.includes(certificatesOf(listener)[0] ?? '')) {
      refuse(400, 'OperationNotPermittedException', 'The default certificate of a listener cannot be removed')
    }
    const left = certificatesOf(listener).filter(one => !gone.includes(one))
    updateResource(call, listener, { certificates: left.map(CertificateArn => ({ CertificateArn })) })
    return {}
  }),
  'elbv2.DescribeSSLPolicies': operation('Names LoadBalancerType Marker PageSize', input => {
    const names = words(input, 'Names')
    for (const name of names) checkPolicy(name)
    const rows = Object.entries(policies).filter(([name]) => names.length === 0 || names.includes(name))
    return {
      SslPolicies: rows.map(([Name, SslProtocols]) => ({
        Name,
        SslProtocols,
        Ciphers: [],
        SupportedLoadBalancerTypes: ['application', 'network'],
      })),
    }
  }),
}

/** The listener that the call names. Refused when it is not there. */
export function listenerOf(call: Call, input: JsonObject): Resource {
  return elbFind(call, 'listener', requireParameter(input, 'ListenerArn', 'ValidationError'))
}

/** A listener as `DescribeListeners` shows it. */
export function describe(listener: Resource): JsonObject {
  const certificates = objects(listener.data, 'certificates')
  const policy = text(listener, 'policy')
  return {
    ListenerArn: listener.id,
    LoadBalancerArn: text(listener, 'balancerId'),
    Port: time(listener, 'port'),
    Protocol: text(listener, 'protocol'),
    DefaultActions: describeActions(objects(listener.data, 'actions')),
    ...(policy && { SslPolicy: policy }),
    ...(certificates.length > 0 && { Certificates: certificates.slice(0, 1) }),
    ...(texts(listener, 'alpn').length > 0 && { AlpnPolicy: texts(listener, 'alpn') }),
  }
}

function createListener(input: JsonObject, call: Call): JsonObject {
  const balancer = balancerOf(call, input)
  const tags = tagsIn(input, elbTagCodes)
  requireParameter(input, 'Port', 'ValidationError')
  requireParameter(input, 'Protocol', 'ValidationError')
  const settings = readSettings(call, input, balancer, {})
  const before = onPort(call, balancer, Number(settings.port))
  if (before) {
    const equal = Object.entries(settings).every(
      ([key, value]) => JSON.stringify(before.data[key]) === JSON.stringify(value),
    )
    if (!equal) duplicate(Number(settings.port))
    return { Listeners: [describe(before)] }
  }
  if (listenersOf(call, balancer).length >= 50) {
    refuse(400, 'TooManyListenersException', 'The maximum number of listeners per load balancer has been reached.')
  }
  const path = `${balancerPath(balancer)}/${hex(call.world, 16)}`
  const [head] = balancer.id.split(':loadbalancer/')
  const data = {
    ...settings,
    balancerId: balancer.id,
    defaultRule: `${head}:listener-rule/${path}/${hex(call.world, 16)}`,
  }
  const listener = createResource(call, 'listener', `${head}:listener/${path}`, data, { tags })
  return { Listeners: [describe(listener)] }
}

/** The settings after this call: what it names, else what was. */
function readSettings(call: Call, input: JsonObject, balancer: Resource, before: JsonObject): JsonObject {
  const allowed = isApplication(balancer) ? ['HTTP', 'HTTPS'] : ['TCP', 'TLS']
  const protocol = word(input, 'Protocol') || String(before.protocol)
  if (!allowed.includes(protocol)) {
    refuse(400, 'UnsupportedProtocolException', `Protocol '${protocol}' must be one of '${allowed.join(', ')}'`)
  }
  const actions = input.DefaultActions
    ? readActions(call, balancer, objects(input, 'DefaultActions'))
    : objects(before, 'actions')
  if (actions.length === 0) invalid('A listener must have a default action')
  return {
    port: within(input, 'Port', Number(before.port ?? 0), 1, 65_535),
    protocol,
    actions,
    alpn: words(input, 'AlpnPolicy'),
    ...readSecurity(call, input, protocol, before),
  }
}

function readSecurity(call: Call, input: JsonObject, protocol: string, before: JsonObject): JsonObject {
  const asked = objects(input, 'Certificates')
  const secure = protocol === 'HTTPS' || protocol === 'TLS'
  if (!secure) {
    if (asked.length > 0 || word(input, 'SslPolicy') !== '') {
      misconfigured(`Certificates and SSL policies cannot be specified for ${protocol} listeners`)
    }
    return { certificates: [], policy: '' }
  }
  const policy = word(input, 'SslPolicy') || String(before.policy || 'ELBSecurityPolicy-2016-08')
  checkPolicy(policy)
  if (asked.length > 1) refuse(400, 'TooManyCertificatesException', 'Exactly one certificate must be specified')
  const certificates =
    asked.length > 0
      ? [{ CertificateArn: usable(call, word(asked[0]!, 'CertificateArn')) }]
      : objects(before, 'certificates')
  if (certificates.length === 0) invalid(`A certificate must be specified for ${protocol} listeners`)
  return { certificates, policy }
}

/** The certificate's ARN when a listener can use it: issued, in this region, and no longer brand-new. */
function usable(call: Call, id: string): string {
  const certificate = findResource(call, 'certificate', id)
  if (!certificate) return refuse(400, 'CertificateNotFoundException', `Certificate '${id}' not found`)
  if (certificateStatus(call, certificate) !== 'ISSUED') {
    refuse(
      400,
      'UnsupportedCertificate',
      `The certificate '${id}' must have a fully-qualified domain name, a supported signature, and a supported key size.`,
    )
  }
  if (call.world.now() < time(certificate, 'issuedAt') + times.certificateKnown) {
    refuse(400, 'CertificateNotFoundException', `Certificate '${id}' not found`)
  }
  return id
}

function checkPolicy(name: string): void {
  oneOf({ name }, 'name', '', [name])
  if (!(name in policies)) refuse(400, 'SSLPolicyNotFoundException', `SSL policy '${name}' not found`)
}

function onPort(call: Call, balancer: Resource, port: number): Resource | undefined {
  return resourcesOf(call, 'listener').find(one => text(one, 'balancerId') === balancer.id && one.data.port === port)
}

function duplicate(port: number): never {
  return refuse(400, 'DuplicateListenerException', `A listener already exists on port ${port} for this load balancer`)
}
