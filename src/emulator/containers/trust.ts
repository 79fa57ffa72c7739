import { inside, type Machine } from './machine.ts'
import type { Runtime } from './runtime.ts'

/** Debian's own authorities and, added by their program, the certificate of one more. */
const place = '/usr/local/share/ca-certificates/stackwright.crt'

/** Makes every program of the machine trust this authority (PEM), as it trusts those that signed the real cloud's services. */
export async function trust(runtime: Runtime, machine: Machine, authority: string): Promise<void> {
  const text = Buffer.from(authority).toString('base64')
  const what = `The authority could not be made known to ${machine.id}.`
  const script = `echo ${text} | base64 -d >/run/authority.pem
cmp -s /run/authority.pem ${place} || { cp /run/authority.pem ${place} && update-ca-certificates >/dev/null 2>&1; }
`
  await inside(runtime, machine.name, what, script)
}
