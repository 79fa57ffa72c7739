import { expect, test } from 'vitest'
import { everyPlace } from '../../../../../src/emulator/aws/core/places.ts'
import { rememberImage } from '../../../../../src/emulator/aws/services/ecr/image.ts'
import { repositoryNamed } from '../../../../../src/emulator/aws/services/ecr/lookup.ts'
import * as kinds from '../../../../../src/providers/aws/resources/index.ts'
import { useNetwork } from '../../ground.ts'
import { make, markFor, removeWholly } from '../../support.ts'

const { at } = useNetwork()
const kind = kinds.ecrRepository

test('a repository goes with its images', async () => {
  const { cloud, sandbox } = at.bench
  const address = 'application/repository'
  await make(cloud, kind, address, { name: 'shop/web' })
  const call = everyPlace(sandbox.world).find(one => one.region === cloud.region)!
  const image = { digest: `sha256:${'a'.repeat(64)}`, mediaType: 'application/vnd.oci.image.manifest.v1+json', size: 9 }
  rememberImage(call, repositoryNamed(call, 'shop/web')!, image)
  await removeWholly(cloud, kind, 'shop/web', address, { name: 'shop/web' })
  expect(await kind.find(cloud, { id: 'shop/web' })).toEqual([])
})

test('a repository whose name is taken is refused, and its tags tell whose it is', async () => {
  const { cloud } = at.bench
  const address = 'application/repository'
  await make(cloud, kind, address, { name: 'taken' })
  const again = kind.create(cloud, { name: 'taken' }, markFor(kind, 'application/other'))
  await expect(again).rejects.toMatchObject({ outcome: 'exists', code: 'RepositoryAlreadyExistsException' })
  const [there] = await kind.find(cloud, { stack: 'shop', address, input: { name: 'taken' } })
  expect(there!.tags['stackwright:address']).toBe(address)
  await removeWholly(cloud, kind, 'taken', address, { name: 'taken' })
})
