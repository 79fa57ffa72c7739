import { describe, expect, test } from 'vitest'
import { imagesOf } from '../../src/base/dockerfile.ts'

describe('the images that a Dockerfile takes from outside', () => {
  test.each<[string, string, string[]]>([
    ['one', 'FROM python:3.11\nRUN true\n', ['python:3.11']],
    ['one, however it is written', '# syntax=docker/dockerfile:1\r\n\r\n  from   Python:3.11\r\n', ['Python:3.11']],
    ['one of a platform', 'FROM --platform=linux/arm64 debian:12 AS x', ['debian:12']],
    ['each once', 'FROM a\nFROM b\nFROM a\n', ['a', 'b']],
    ['none: an empty image', 'FROM scratch\n', []],
    [
      'stages by name, whatever its case, and by number',
      'FROM a AS One\nFROM one\nCOPY --from=0 / /\nCOPY --from=ONE / /',
      ['a'],
    ],
    ['a name before the stage has it', 'FROM two AS one\nFROM b AS two', ['two', 'b']],
    ['files of other images', 'FROM a\nCOPY --chown=1:1 --from=b:1 /x /x\nADD --from=c /x /x', ['a', 'b:1', 'c']],
    ['mounts of other images', 'FROM a\nRUN --network=none --mount=type=bind,from=b,target=/x true', ['a', 'b']],
    ['continued lines', 'FROM \\\n# why\n\n  a \\\n  AS b\nFROM b', ['a']],
    ['another escape', '# escape=`\nFROM `\n a\nRUN echo C:\\\nFROM c', ['a', 'c']],
    ['no text of a here-document', 'FROM a\nRUN <<END cat <<-"OTHER"\nFROM b\nEND\n\tOTHER\nFROM c', ['a', 'c']],
    ['no shift for a here-document', 'FROM a\nRUN echo $((1<<2))\nFROM c', ['a', 'c']],
    ['no command', 'FROM a\nRUN echo FROM b\nLABEL x="FROM c"\n', ['a']],
    ['a digest', 'FROM a@sha256:0123', ['a@sha256:0123']],
    ['quoted', 'FROM "a"', ['a']],
    ['none', '', []],
  ])('%s', (_, dockerfile, images) => {
    expect(imagesOf(dockerfile)).toEqual(images)
  })

  test.each<[string, string, string[]]>([
    ['a default', 'ARG V=3.11\nFROM python:$V', ['python:3.11']],
    ['braces, and several in a line', 'ARG A="x" B=y\nFROM ${A}:${B}', ['x:y']],
    ['a default made of another', "ARG V=3.11\nARG TAG='$V-slim'\nFROM python:${TAG}", ['python:3.11-slim']],
    ['a word where there is none', 'ARG V\nFROM a:${V:-1}${V:+2}', ['a:1']],
    ['another word where there is one', 'ARG V=1\nFROM a:${V:-2}${V:+3}', ['a:13']],
    ['no default: as it is written', 'ARG BASE\nFROM ${BASE}', ['${BASE}']],
    ['a variable of a stage is none of FROM', 'FROM a\nARG V=1\nFROM b:$V', ['a', 'b:$V']],
  ])('with variables: %s', (_, dockerfile, images) => {
    expect(imagesOf(dockerfile)).toEqual(images)
  })
})
