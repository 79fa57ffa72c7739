import { ECR } from '@aws-sdk/client-ecr'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { listKept } from '../../../src/emulator/containers/purge.ts'
import { config } from '../../emulator/aws/support.ts'
import { group, machine, slowly, ssmRun, useAws } from './support.ts'

const speed = 200
const ground = useAws(speed)
const host = '500000000001.dkr.ecr.ap-northeast-1.amazonaws.com'
let ecr: ECR
let maker: { id: string }
let other: { id: string }

beforeAll(async () => {
  ecr = new ECR({ ...config(ground.url), maxAttempts: 5 })
  await ecr.createRepository({ repositoryName: 'shop/web' })
  const nobody = await group(ground, 'nobody', [])
  ;[maker, other] = await Promise.all([machine(ground, [nobody]), machine(ground, [nobody], { subnet: 1 })])
}, 180_000)

const now = Date.now
afterEach(() => {
  Date.now = now
})

/** What Docker and Podman do, step by step: log in, send what the image is made of, then its manifest; and back. */
const docker = `set -e
ask() { curl -sS -u "$login" "$@"; }
status() { ask -o /tmp/said -w '%{http_code} ' "$@"; cat /tmp/said; }
digest() { echo "sha256:$(sha256sum <"$1" | cut -d ' ' -f 1)"; }
send() {
  place=$(ask -D - -o /dev/null -X POST "https://${host}/v2/$repository/blobs/uploads/" | tr -d '\\r' | sed -n 's/^location: //Ip')
  case $place in /*) place=https://${host}$place ;; esac
  ask -f -X PUT -H 'Content-Type: application/octet-stream' --data-binary "@$1" "$place&digest=$(digest "$1")"
}
push() {
  cd "$(mktemp -d)"
  echo "$1" >hello
  tar -czf layer hello
  printf '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["%s"]}}' "$(gunzip -c layer | sha256sum | cut -d ' ' -f 1)" >config
  part() { printf '{"mediaType":"application/vnd.oci.image.%s","digest":"%s","size":%s}' "$1" "$(digest "$2")" "$(stat -c %s "$2")"; }
  printf '{"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[%s]}' ${'application/vnd.oci.image.manifest.v1+json'} \\
    "$(part config.v1+json config)" "$(part layer.v1.tar+gzip layer)" >manifest
  send config
  send layer
  ask -f -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' --data-binary @manifest \\
    "https://${host}/v2/$repository/manifests/$2"
  digest manifest
}
pull() {
  cd "$(mktemp -d)"
  ask -f -H 'Accept: application/vnd.oci.image.manifest.v1+json' "https://${host}/v2/$repository/manifests/$1" >manifest
  test "$(digest manifest)" = "$1"
  layer=$(python3 -c 'import json; print(json.load(open("manifest"))["layers"][0]["digest"])')
  ask -f -L "https://${host}/v2/$repository/blobs/$layer" | tar -xzO hello
}
`
const role = 'login=AWS:$(aws ecr get-login-password)'

async function on(where: { id: string }, line: string, { login = role, repository = 'shop/web' } = {}) {
  const told = await ssmRun(ground, where.id, `#!/bin/bash\n${login}\nrepository=${repository}\n${docker}${line}`)
  return { status: told.Status, text: told.StandardOutputContent!.trim(), error: told.StandardErrorContent }
}

const pushed = async (line: string, repository = 'shop/web') => {
  const told = await on(maker, line, { repository })
  expect(told).toMatchObject({ status: 'Success', text: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) })
  return told.text
}

describe('the registry of an account, from its machines', () => {
  it('takes an image with the role’s token, tells it by the API, and gives it to another machine by its digest', async () => {
    const digest = await pushed('push hello v1')
    const { imageDetails } = await ecr.describeImages({ repositoryName: 'shop/web', imageIds: [{ imageTag: 'v1' }] })
    expect(imageDetails).toMatchObject([{ imageDigest: digest, imageTags: ['v1'] }])
    expect(await on(other, `pull ${digest}`)).toMatchObject({ status: 'Success', text: 'hello' })
  })

  it('keeps giving an image by its digest when its tag means another one', async () => {
    const first = await pushed('push first live')
    const second = await pushed('push second live')
    expect(second).not.toBe(first)
    expect((await on(other, `pull ${first}; pull ${second}`)).text).toBe('first\nsecond')
  })

  it('lets nobody in without a token, with a wrong one, or with one of twelve hours ago', async () => {
    const line = `status https://${host}/v2/`
    expect((await on(maker, line)).text).toBe('200 {}')
    expect((await on(maker, line, { login: 'login=AWS:wrong' })).text).toMatch(/^400 .*"DENIED".*is invalid/)
    const bare = await on(maker, `curl -sSi https://${host}/v2/`)
    expect(bare.text).toMatch(/^HTTP\/1\.1 401 [\s\S]*www-authenticate: Basic realm="https:\/\/500000000001\.dkr/i)
    const { authorizationData } = await ecr.getAuthorizationToken({})
    const token = Buffer.from(authorizationData![0]!.authorizationToken!, 'base64').toString()
    expect((await on(maker, line, { login: `login=${token}` })).text).toBe('200 {}')
    Date.now = () => now() + (12 * 3_600_000) / speed
    expect((await on(maker, line, { login: `login=${token}` })).text).toMatch(/^403 .*"DENIED".*has expired/)
  })

  it('makes no repository by a push, and says so as ECR does', async () => {
    const line = `status -X POST https://${host}/v2/shop/new/blobs/uploads/`
    const message = "The repository with name 'shop/new' does not exist in the registry with id '500000000001'"
    expect((await on(maker, line)).text).toBe(`404 {"errors":[{"code":"NAME_UNKNOWN","message":"${message}"}]}`)
    expect((await on(maker, 'push x v1', { repository: 'shop/new' })).status).toBe('Failed')
  })

  it('has its images and takes its tokens still after the sandbox was stopped and started', async () => {
    const digest = await pushed('push kept v2')
    const { authorizationData } = await ecr.getAuthorizationToken({})
    const token = Buffer.from(authorizationData![0]!.authorizationToken!, 'base64').toString()
    await ground.restart()
    expect(await on(other, `pull ${digest}`, { login: `login=${token}` })).toMatchObject({ text: 'kept' })
  })

  it('loses the images with their repository, and one of the same name begins empty', async () => {
    const containers = async () =>
      (await listKept(ground.runtime, ground.sandbox)).filter(one => /-ecr-/.test(one.name)).map(({ name }) => name)
    await ecr.createRepository({ repositoryName: 'shop/old' })
    const digest = await pushed('push old v1', 'shop/old')
    const before = await containers()
    expect(before).toHaveLength(2)
    await ecr.deleteRepository({ repositoryName: 'shop/old', force: true })
    await slowly(containers, names => names.length === 1)
    await ecr.createRepository({ repositoryName: 'shop/old' })
    expect((await on(maker, `pull ${digest}`, { repository: 'shop/old' })).status).toBe('Failed')
    const [again] = (await containers()).filter(name => !before.includes(name))
    expect(again).toBeDefined()
    await pushed('push new v1', 'shop/old')
  })
})
