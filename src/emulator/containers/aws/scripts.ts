import { inside } from '../container.ts'
import type { Machine } from '../machine.ts'
import { base64, programText } from '../programs.ts'
import type { Runtime } from '../runtime.ts'

/** Where each machine has the certificate of the sandbox's authority. */
const authorityPath = '/usr/lib/stackwright/authority.pem'

/** What an AWS machine's scripts find in their environment besides what any machine gives them. */
export interface Surroundings {
  /** The API's address for this machine. */
  endpoint: string
  region: string
}

/** How the machines of a network reach the registry of their account and region. */
export interface RegistryWay {
  address: string
  port: number
}

/** A script as the agent or the first boot runs it; see `programs/run-script.sh`. */
export function wrapped(script: string | Buffer, { endpoint, region }: Surroundings): string {
  const lines = base64(script).match(/.{1,76}/g) ?? []
  const values: Record<string, string> = {
    ...{ ENDPOINT: endpoint, REGION: region, AUTHORITY: authorityPath },
    SCRIPT: lines.join('\n'),
  }
  return programText('run-script.sh').replace(
    /@(ENDPOINT|REGION|AUTHORITY|SCRIPT)@/g,
    (_, name: string) => values[name] ?? '',
  )
}

/**
 * Puts the certificate of the sandbox's authority on a machine: the databases' certificates are signed by it. Those of
 * ElastiCache and ECR are signed by authorities that every machine trusts, so its programs trust this one too.
 */
export async function giveAuthority(runtime: Runtime, machine: Machine, certificate: string): Promise<void> {
  const script = [
    `echo ${base64(certificate)} | base64 -d >${authorityPath}.new`,
    `chmod 644 ${authorityPath}.new`,
    `mv ${authorityPath}.new ${authorityPath}`,
    `cmp -s ${authorityPath} ${trustedPath} || { cp ${authorityPath} ${trustedPath}; update-ca-certificates >/dev/null 2>&1; }`,
    '',
  ].join('\n')
  await inside(runtime, machine.name, `The machine ${machine.id} was not given the authority's certificate.`, script)
}

/** Leads a machine to the registry of its account. */
export async function giveRegistry(runtime: Runtime, machine: Machine, { address, port }: RegistryWay): Promise<void> {
  const what = `The machine ${machine.id} was not led to the registry.`
  await inside(runtime, machine.name, what, programText('serve-registry.sh'), [address, String(port)])
}

/** Where Debian's program takes further authorities from. */
const trustedPath = '/usr/local/share/ca-certificates/stackwright.crt'
