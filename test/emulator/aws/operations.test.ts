import { expect, it } from 'vitest'
import { operations } from '../../../src/emulator/aws/operations.ts'
import { loadService } from '../../../src/emulator/aws/protocol/schema.ts'

it('every operation of the embedded AWS is an action of its official client', async () => {
  const strangers: string[] = []
  for (const name of Object.keys(operations)) {
    const [service = '', action = ''] = name.split('.')
    if (!(await loadService(service)).action(action)) strangers.push(name)
  }
  expect(strangers).toEqual([])
})
