import { expect, test } from 'vitest'
import { imagesOf } from '../../src/base/dockerfile.ts'
import { joinLayers } from '../../src/blueprints/layers.ts'

const base = { name: 'base', dockerfile: '# How base is built.\n# Two lines.\nFROM python:3.11\nRUN true\n' }
const production = { name: 'production', dockerfile: '# How.\nARG BASE=x:base\nFROM ${BASE}\nCOPY . /srv\n' }

test('layers become stages of one file, without a word on how each was built alone', () => {
  const joined = joinLayers([base, production])
  expect(joined).toBe('FROM python:3.11 AS base\nRUN true\n\nFROM base AS production\nCOPY . /srv\n')
  expect(imagesOf(joined)).toEqual(['python:3.11'])
})

test('only the first layer starts from an image of its own', () => {
  const own = { name: 'odd', dockerfile: 'FROM debian:12\n' }
  expect(() => joinLayers([base, own])).toThrow('layer odd')
})
