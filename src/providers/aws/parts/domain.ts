import { resolveNs } from 'node:dns/promises'
import { show } from '../../../answers/checks.ts'
import type { Asking, Choice, Question, Values } from '../../../answers/question.ts'
import { Exit, Problem } from '../../../base/errors.ts'
import type { Json } from '../../../base/json.ts'
import type { Handle } from '../../../engine/kind.ts'
import type { CheckedRun, StepDrawing } from '../../../steps/drawing.ts'
import { list } from '../../sentences.ts'
import type { AwsLookups } from '../lookups.ts'
import { record } from '../resources/index.ts'
import { text, yes } from './names.ts'

/**
 * Whose DNS answers for the domain: this account's Route 53 or somebody else's. `certificate`: the certificate exists
 * already, and people see to its DNS themselves. `none`: there is no domain.
 */
export type DnsHome = 'route53' | 'elsewhere' | 'certificate' | 'none'

const homes = ['route53', 'elsewhere', 'certificate']

/** Where the domain's DNS is; `none`: there is no domain. */
export function homeOf(values: Values): DnsHome {
  const home = text(values, 'domain.zone')
  return homes.includes(home) ? (home as DnsHome) : 'none'
}

/** Whether HTTPS is served at the end of this run. */
export function isSecure(values: Values): boolean {
  const home = homeOf(values)
  return home === 'route53' || home === 'certificate' || (home === 'elsewhere' && yes(values, 'domain.wait'))
}

const hasDomain = (values: Values) => homeOf(values) !== 'none'

/** The usual choice of AWS itself and an older one; both only TLS 1.2 and 1.3 (docs/facts/aws.md, ELB). */
export const POLICIES = ['ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09', 'ELBSecurityPolicy-TLS13-1-2-2021-06']

/** Console: Route 53, Certificate Manager, the HTTPS listener of the load balancer. */
export const domain = { questions, draw, checks: { zoneAnswers } }

/** `tutorialPolicy`: an older TLS policy that people may choose because their tutorial does. */
function questions({ tutorialPolicy }: { tutorialPolicy?: string } = {}): Question<AwsLookups>[] {
  return [...domainQuestions, ...httpsQuestions(tutorialPolicy)]
}

const domainQuestions: Question<AwsLookups>[] = [
  {
    key: 'domain.zone',
    label: 'Domain and HTTPS',
    help: 'With a domain in Route 53 of this account, certificate, HTTPS and DNS are made for you. With one elsewhere, you add two records there. With a certificate that exists already, you give its ARN and point the name to the load balancer yourself. Without one, the stack serves HTTP at the load balancer’s own name.',
    type: 'choice',
    choices: () => [
      { value: 'none', name: 'No domain: HTTP only' },
      { value: 'route53', name: 'A domain in Route 53 of this account' },
      { value: 'elsewhere', name: 'A domain whose DNS is elsewhere' },
      { value: 'certificate', name: 'An existing certificate: its ARN' },
    ],
    default: () => 'none',
  },
  {
    key: 'https.certificateArn',
    label: 'Certificate ARN',
    help: 'A certificate of AWS Certificate Manager in this region that is issued already; it stays when the stack is torn down.',
    type: 'choice',
    open: true,
    when: values => homeOf(values) === 'certificate',
    choices: ({ lookups }) => lookups.certificateChoices(),
    check: arnProblem,
  },
  {
    key: 'domain.name',
    label: 'Domain name',
    help: 'What people type: the domain itself or a name in it, for example www.example.com.',
    type: 'choice',
    open: true,
    when: hasDomain,
    choices: nameChoices,
    check: (value, values) => domainProblem(value) ?? apexProblem(String(value), values),
  },
  {
    key: 'domain.zoneId',
    label: 'Hosted zone',
    help: 'The hosted zone of Route 53 that answers for the domain. Found by its name.',
    type: 'text',
    when: values => homeOf(values) === 'route53',
    default: zoneIdFor,
    check: value =>
      typeof value === 'string' && /^[A-Z0-9]{4,32}$/.test(value)
        ? undefined
        : `${show(value)} is not the id of a hosted zone. Ids look like Z0123456789ABCDEFGHIJ.`,
    advanced: true,
  },
  {
    key: 'domain.wait',
    label: 'Wait for the certificate',
    help: 'No: the stack serves HTTP at first, and the records to add are printed; run it again with yes once you have added them. Yes: the record that proves the domain is shown while the rest is built, and the run waits for it, up to an hour.',
    type: 'yesno',
    when: values => homeOf(values) === 'elsewhere',
    default: () => false,
  },
]

function httpsQuestions(tutorialPolicy: string | undefined): Question<AwsLookups>[] {
  const older = tutorialPolicy === undefined ? [] : [tutorialPolicy]
  return [
    {
      key: 'https.redirect',
      label: 'Redirect HTTP to HTTPS',
      help: 'Requests over HTTP are redirected to HTTPS. Without it, both answer.',
      type: 'yesno',
      when: isSecure,
      default: () => true,
    },
    {
      key: 'https.policy',
      label: 'TLS policy',
      help: 'Which protocols and ciphers the load balancer accepts. The tutorial’s ELBSecurityPolicy-2016-08 still allows TLS 1.0; the default is what AWS recommends: TLS 1.2 and 1.3.',
      type: 'choice',
      open: true,
      when: isSecure,
      choices: () => [...POLICIES, ...older].map(value => ({ value, name: value })),
      default: () => POLICIES[0],
      check: value => (older.includes(String(value)) ? undefined : policyProblem(value)),
      caution: value =>
        older.includes(String(value)) ? `${value} still allows TLS 1.0 and 1.1 (https.policy).` : undefined,
      advanced: true,
    },
  ]
}

/** The name that people type, as an alias of the load balancer. Only where this account's Route 53 answers for it. */
function draw(
  on: StepDrawing<AwsLookups>,
  values: Values,
  balancer: Handle<{ id: string; dnsName: string; zoneId: string }>,
): Handle<{ id: string; name: string }> | undefined {
  if (homeOf(values) !== 'route53') return undefined
  // Before every run: a record that exists does no good once the zone has moved.
  on.check([], (lookups, run) => zoneAnswers(lookups, values, run))
  return on.add('domain-record', record, {
    zoneId: text(values, 'domain.zoneId'),
    name: text(values, 'domain.name'),
    type: 'A',
    alias: { dnsName: balancer.get('dnsName'), zoneId: balancer.get('zoneId') },
    values: [],
  })
}

/** The zone is still there, covers the name and, on the internet, is the one that the world asks (docs/facts/aws.md, Route 53). */
async function zoneAnswers({ catalog }: AwsLookups, values: Values, { real }: CheckedRun): Promise<string[]> {
  const [id, name] = [text(values, 'domain.zoneId'), text(values, 'domain.name')]
  const zone = (await catalog.hostedZones()).find(one => one.id === id)
  if (!zone) return [`domain.zoneId: this account has no public hosted zone ${id}.`]
  if (name !== zone.name && !name.endsWith(`.${zone.name}`)) {
    return [`domain.zoneId: the zone ${id} answers for ${zone.name}, not for ${name} (domain.name).`]
  }
  if (!real) return []
  const servers = await resolveNs(zone.name).catch(() => undefined)
  // No answer at all may as well be this machine's own resolver: only a wrong answer is a problem.
  if (!servers || servers.length === 0 || servers.some(server => /\.awsdns-\d+\./.test(server))) return []
  return [
    `domain.name: ${zone.name} is answered by ${list(servers.sort())}, not by Route 53, so its certificate would never be issued. Point it to the zone’s name servers at your registrar, or answer domain.zone with "elsewhere".`,
  ]
}

/** The names that the answers so far can lead to; others can be typed. */
async function nameChoices({ lookups, values }: Asking<AwsLookups>): Promise<Choice[]> {
  const home = homeOf(values)
  if (home === 'route53') return lookups.domainChoices()
  if (home !== 'certificate') return []
  const found = await lookups.catalog.certificate(text(values, 'https.certificateArn'))
  return (found?.names ?? []).filter(name => !name.startsWith('*.')).map(name => ({ value: name, name }))
}

async function zoneIdFor({ lookups, values }: Asking<AwsLookups>): Promise<string | undefined> {
  const name = text(values, 'domain.name')
  if (!name) return undefined
  const zone = await lookups.zoneFor(name)
  if (zone) return zone.id
  const known = (await lookups.catalog.hostedZones()).map(one => one.name)
  throw new Problem({
    what: `This account has no hosted zone in Route 53 that answers for ${name} (domain.name).`,
    why: known.length > 0 ? `It has ${known.join(', ')}.` : 'It has no public hosted zone at all.',
    next: 'Register the domain with Route 53 or create its hosted zone there; or answer domain.zone with "elsewhere" or "none".',
    exit: Exit.usage,
  })
}

/** At most 64 characters (ACM), at least two labels, no wildcard: it must lead to one load balancer. */
export function domainProblem(value: Json): string | undefined {
  if (typeof value !== 'string' || value === '') return 'A domain name is needed, for example www.example.com.'
  if (value.length > 64) return `${show(value)} is too long: a certificate’s first name has at most 64 characters.`
  if (/^https?:/i.test(value) || value.includes('/'))
    return `${show(value)} is an address. Give the name alone, for example www.example.com.`
  if (value.startsWith('*.')) return `${show(value)} is a wildcard. Give the one name that people type.`
  const labels = value.split('.')
  const good = labels.length >= 2 && labels.every(label => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label))
  if (!good || /^\d+$/.test(labels.at(-1)!)) {
    return `${show(value)} is not a domain name. Use lowercase letters, digits and hyphens, with dots between; write other letters as xn--….`
  }
  if (/\.(amazonaws\.com|local|localhost|internal|test|invalid|example)$/.test(value)) {
    return `${show(value)}: no certificate can be issued for a name in ${value.slice(value.lastIndexOf('.'))}.`
  }
  return undefined
}

/** Whether a name has two labels only. Registered below `co.uk` and the like it has three, which is not told apart here. */
export function isApex(name: string): boolean {
  return name.split('.').length <= 2
}

/** A certificate of AWS Certificate Manager. A sentence when wrong. */
function arnProblem(value: Json): string | undefined {
  const like = 'ARNs look like arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012.'
  if (typeof value === 'string' && /^arn:aws[a-z-]*:iam::\d{12}:server-certificate\//.test(value)) {
    return `${show(value)} is a certificate of IAM. Import it into Certificate Manager and give its ARN there.`
  }
  if (typeof value !== 'string' || !CERTIFICATE_ARN.test(value)) {
    return `${show(value)} is not the ARN of a certificate of Certificate Manager. ${like}`
  }
  return undefined
}

const CERTIFICATE_ARN =
  /^arn:aws[a-z-]{0,20}:acm:[a-z0-9-]{1,30}:\d{12}:certificate\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Outside Route 53 a load balancer is pointed at by a CNAME, which a domain itself cannot have (RFC 1034). */
function apexProblem(name: string, values: Values): string | undefined {
  if (homeOf(values) !== 'elsewhere' || !isApex(name)) return undefined
  return `${name} is a domain itself; outside Route 53 only a name in it can point to a load balancer. Use www.${name}.`
}

/** A TLS policy of Elastic Load Balancing that allows nothing below TLS 1.2. A sentence when wrong. */
export function policyProblem(value: Json): string | undefined {
  if (typeof value !== 'string' || !/^ELBSecurityPolicy-[A-Za-z0-9-]{3,60}$/.test(value)) {
    return `${show(value)} is not a TLS policy. Policies look like ${POLICIES[1]}.`
  }
  if (/^ELBSecurityPolicy-(2015|2016|TLS-1-[01]|TLS13-1-[01]-)/.test(value)) {
    return `${value} still allows TLS 1.0 or 1.1, which no current browser uses. Choose ${POLICIES[0]}.`
  }
  return undefined
}
