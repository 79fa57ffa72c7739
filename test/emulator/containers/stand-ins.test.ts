import { describe, expect, test } from 'vitest'
import type { Problem } from '../../../src/base/errors.ts'
import { imagesWithStandIn } from '../../../src/emulator/containers/stand-ins.ts'

describe('stand-ins for images that cannot be pulled', () => {
  test('there is one for each usual name of what Debian 12 has', () => {
    const images = ['python:3.11', 'python:3.11-slim', 'nginx', 'debian:bookworm', 'docker.io/library/python:3.11']
    expect(imagesWithStandIn(images.map(image => `FROM ${image}\n`).join(''))).toEqual(images)
  })

  test('an application that needs none may be built', () => {
    expect(imagesWithStandIn('FROM scratch\nCOPY app /app\n')).toEqual([])
  })

  test.each([
    'python:3.12',
    'python:3.11-alpine',
    'python',
    'nginx:1.27',
    'debian:trixie',
    'registry.example.com/python:3.11',
    'somebody/python:3.11',
    'python:3.11@sha256:0123',
    '${BASE}',
    'toString',
  ])('a base without a stand-in is refused with its name: %s', image => {
    const build = () => imagesWithStandIn(`FROM python:3.11 AS first\nFROM ${image}\nCOPY --from=first / /\n`)
    expect(build).toThrow(expect.objectContaining<Partial<Problem>>({ exit: 4, list: [image] }))
  })

  test('all of them are named at once, and what may be used instead', () => {
    const build = () => imagesWithStandIn('FROM ruby:3.4\nCOPY --from=node:22 /x /x\n')
    expect(build).toThrow(
      expect.objectContaining<Partial<Problem>>({
        list: ['ruby:3.4', 'node:22'],
        next: expect.stringContaining('python:3.11-slim'),
      }),
    )
  })
})
