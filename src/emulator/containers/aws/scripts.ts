import { base64, programText } from '../programs.ts'

/** What an AWS machine's scripts find in their environment besides what any machine gives them. */
export interface Surroundings {
  /** The API's address for this machine. */
  endpoint: string
  region: string
}

/** A script as the agent or the first boot runs it; see `programs/run-script.sh`. */
export function wrapped(script: string | Buffer, { endpoint, region }: Surroundings): string {
  const lines = base64(script).match(/.{1,76}/g) ?? []
  const values: Record<string, string> = { ENDPOINT: endpoint, REGION: region, SCRIPT: lines.join('\n') }
  return programText('run-script.sh').replace(/@(ENDPOINT|REGION|SCRIPT)@/g, (_, name: string) => values[name] ?? '')
}
