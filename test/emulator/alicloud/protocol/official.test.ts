import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import table from '../../../../src/emulator/alicloud/protocol/table.json' with { type: 'json' }
import { readRequest, takes } from '../../../../src/emulator/alicloud/protocol/table.ts'
import type { Body } from '../../support.ts'

const require = createRequire(import.meta.url)
const { OpenApiUtil } = require('@alicloud/openapi-core')
const packages = { vpc: '@alicloud/vpc20160428', ecs: '@alicloud/ecs20140526', rds: '@alicloud/rds20140815' } as const

/** A value for every field of an official model, under its wire names, two of every list. */
function filled(type: Body, depth = 0): unknown {
  if (type === 'number') return 3
  if (type === 'boolean') return true
  if (type?.type === 'array') return [filled(type.itemType, depth + 1), filled(type.itemType, depth + 1)]
  if (typeof type !== 'function') return 'text'
  const types = type.types()
  return Object.fromEntries(
    Object.entries(type.names()).map(([property, wire]) => [wire as string, filled(types[property], depth + 1)]),
  )
}

describe.each(Object.entries(packages))('the table of %s', (product, name) => {
  const models = require(name)
  const actions = Object.keys(table[product as keyof typeof packages].actions)

  it.each(actions)(
    'takes every parameter of %s as the official SDK flattens it, and gives it back in its structure',
    action => {
      const model = models[`${action}ShrinkRequest`] ?? models[`${action}Request`]
      if (!model) return expect(takes(product, action, 'RegionId')).toBe(false)
      const whole = filled(model) as Record<string, unknown>
      const flat = OpenApiUtil.query(whole) as Record<string, string>
      const read = readRequest(product, action, new Map(Object.entries(flat)))
      expect(OpenApiUtil.query(read)).toEqual(flat)
      expect(Object.keys(flat).length).toBeGreaterThan(0)
    },
  )
})
