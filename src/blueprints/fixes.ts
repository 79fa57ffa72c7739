import type { Fix } from '../steps/diagnose.ts'

/** What to do about the hops that the scripts in `templates/machine/` find on any blueprint's machines. */

export const CONFIGURATION =
  'Correct or restore its configuration on the machine. Setup rewrites it when an application answer changes.'

export const HEALTH_PATH = 'Give it a page that answers 200: --set health.path=…'

/** The service's own log says what is wrong. */
export const LOG: Fix = service =>
  service ? logOf(service) : 'Fix the error in its log on the machine, then restart it.'

export const machineFixes: Record<string, Fix> = {
  machine: 'Start it in the console, or restart it if it is running.',
  port: 'Make the service listen on that port again, and allow the load balancer in the security group.',
  application: LOG,
  database: 'Correct the access list, the security group or the account, in the console or with other answers.',
  'health-check': HEALTH_PATH,
}

/** What to do about a service that is known. */
export function logOf(service: string): string {
  return `Fix the error in its log (journalctl -u ${service}), then restart it: systemctl restart ${service}.`
}
