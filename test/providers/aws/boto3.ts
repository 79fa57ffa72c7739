import { packageFile } from '../../../src/base/files.ts'
import { output, python } from '../../emulator/aws/python.ts'

export interface Held {
  type: string
  id: string
  state: string
  tags: Record<string, string>
}

/** Everything in an account as boto3 reads it: a client that shares no code with ours. Sorted by type and id. */
export async function heldBy(url: string, region = 'ap-northeast-1'): Promise<Held[]> {
  const boto3 = await python('boto3==1.43.67')
  const held = JSON.parse(await output(boto3, [packageFile('test/providers/aws/inventory.py'), url, region])) as Held[]
  return sorted(held)
}

export function sorted(held: Held[]): Held[] {
  const key = ({ type, id }: Held) => `${type} ${id}`
  return [...held].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}
