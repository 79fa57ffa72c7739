import { expect, test } from 'vitest'
import * as kinds from '../../../../src/providers/aws/resources/index.ts'
import { useNetwork } from '../ground.ts'
import { make, markFor, removeWholly } from '../support.ts'

const { at, group, image } = useNetwork()

test("someone else's machine is named by the removal that it blocks", async () => {
  const { cloud } = at.bench
  const groupId = (await group('crowded')).id
  const input = {
    name: 'stranger',
    imageId: await image('arm64'),
    type: 't4g.micro',
    subnetId: at.subnets[2]!,
    securityGroupIds: [groupId],
    keyName: '',
    instanceProfile: '',
    userData: '',
    publicIp: false,
    volumeSize: 0,
    tags: {},
  }
  const stranger = await make(cloud, kinds.instance, 'machines/stranger', input)
  const blocked = { list: [`Blocked by: EC2 instance ${stranger.id}.`] }
  const subnet = kinds.subnet.remove(cloud, at.subnets[2]!, undefined, markFor(kinds.subnet, 'subnets/2'))
  await expect(subnet).rejects.toMatchObject(blocked)
  const removal = kinds.securityGroup.remove(
    cloud,
    groupId,
    undefined,
    markFor(kinds.securityGroup, 'machines/crowded'),
  )
  await expect(removal).rejects.toMatchObject(blocked)
  await removeWholly(cloud, kinds.instance, stranger.id, 'machines/stranger', input)
  await removeWholly(cloud, kinds.securityGroup, groupId, 'machines/crowded', {})
})
