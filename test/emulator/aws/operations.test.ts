import { expect, it } from 'vitest'
import { loadService } from '../../../src/emulator/aws/protocol/schema.ts'
import { services } from '../../../src/emulator/aws/services/index.ts'

it('every operation of the emulated AWS is an action of its official client, filed under its service', async () => {
  const strangers: string[] = []
  for (const { name, wire, operations } of services) {
    const { action } = await loadService(wire)
    for (const operation of Object.keys(operations)) {
      const [service = '', named = ''] = operation.split('.')
      if (service !== name || wire.name !== name || !action(named)) strangers.push(operation)
    }
  }
  expect(strangers).toEqual([])
})

it('what a service says it does not implement are actions of its official client that it does not carry out', async () => {
  const wrong: string[] = []
  for (const { name, wire, operations, unimplemented } of services) {
    const { action } = await loadService(wire)
    for (const operation of unimplemented.flatMap(one => one.operations ?? [])) {
      if (!action(operation) || `${name}.${operation}` in operations) wrong.push(`${name}.${operation}`)
    }
  }
  expect(wrong).toEqual([])
})
