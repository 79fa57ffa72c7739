import { createHash } from 'node:crypto'
import type { JsonObject } from '../../../../base/json.ts'
import type { Operation } from '../../../world/model.ts'
import { type Arch, regionOf } from '../../core/catalog.ts'
import { filtered } from '../../core/filters.ts'
import { operation, refuse, words } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'

/** Machine images, and the public parameters that name the newest of them. */
export interface Image {
  id: string
  name: string
  description: string
  arch: Arch
  ownerId: string
  ownerAlias: string
  created: string
  root: string
  /** GiB of its snapshot: the smallest root volume. */
  size: number
}

interface Source {
  name: (arch: Arch) => string
  description: string
  ownerId: string
  ownerAlias: string
  created: string
  root: string
  size: number
  /** Public parameters that answer its id. */
  parameters: (arch: Arch) => string[]
}

const amazon = { ownerId: '137112412989', ownerAlias: 'amazon', created: '2026-07-14T19:05:12.000Z', root: '/dev/xvda' }
const latest = '/aws/service/ami-amazon-linux-latest'
const canonicalArch = (arch: Arch) => (arch === 'arm64' ? 'arm64' : 'amd64')

const sources: Source[] = [
  {
    ...amazon,
    name: arch => `al2023-ami-2023.9.20260714.0-kernel-6.1-${arch}`,
    description: 'Amazon Linux 2023 AMI 2023.9.20260714.0 HVM kernel-6.1',
    size: 8,
    parameters: arch => [`${latest}/al2023-ami-kernel-default-${arch}`, `${latest}/al2023-ami-kernel-6.1-${arch}`],
  },
  {
    ...amazon,
    name: arch => `al2023-ami-2023.9.20260714.0-kernel-6.12-${arch}`,
    description: 'Amazon Linux 2023 AMI 2023.9.20260714.0 HVM kernel-6.12',
    size: 8,
    parameters: arch => [`${latest}/al2023-ami-kernel-6.12-${arch}`],
  },
  {
    ...amazon,
    name: arch => `al2023-ami-minimal-2023.9.20260714.0-kernel-6.1-${arch}`,
    description: 'Amazon Linux 2023 AMI 2023.9.20260714.0 HVM kernel-6.1 minimal',
    size: 2,
    parameters: arch => [
      `${latest}/al2023-ami-minimal-kernel-default-${arch}`,
      `${latest}/al2023-ami-minimal-kernel-6.1-${arch}`,
    ],
  },
  {
    ownerId: '136693071363',
    ownerAlias: '',
    created: '2026-07-02T08:01:44.000Z',
    root: '/dev/xvda',
    name: arch => `debian-13-${canonicalArch(arch)}-20260702-2210`,
    description: 'Debian 13 (20260702-2210)',
    size: 8,
    parameters: arch => [`/aws/service/debian/release/13/latest/${canonicalArch(arch)}`],
  },
  {
    ownerId: '099720109477',
    ownerAlias: 'amazon',
    created: '2026-07-09T04:12:30.000Z',
    root: '/dev/sda1',
    name: arch => `ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-${canonicalArch(arch)}-server-20260709`,
    description: 'Canonical, Ubuntu, 24.04, noble image',
    size: 8,
    parameters: arch => [
      `/aws/service/canonical/ubuntu/server/24.04/stable/current/${canonicalArch(arch)}/hvm/ebs-gp3/ami-id`,
    ],
  },
]

const archs: Arch[] = ['x86_64', 'arm64']

export const imageOperations: Record<string, Operation> = {
  'ec2.DescribeImages': operation('ImageIds Owners Filters IncludeDeprecated MaxResults NextToken', (input, call) => {
    const ids = words(input, 'ImageIds')
    const all = imagesIn(call.region)
    const missing = ids.find(id => !all.some(one => one.id === id))
    if (missing) refuse(400, 'InvalidAMIID.NotFound', `The image id '[${missing}]' does not exist`)
    const owners = words(input, 'Owners')
    const asked = all.filter(
      one =>
        (ids.length === 0 || ids.includes(one.id)) &&
        (owners.length === 0 ||
          owners.includes(one.ownerId) ||
          (one.ownerAlias !== '' && owners.includes(one.ownerAlias))),
    )
    const found = filtered(input, asked, {
      'image-id': one => one.id,
      name: one => one.name,
      description: one => one.description,
      architecture: one => one.arch,
      'owner-id': one => one.ownerId,
      'owner-alias': one => one.ownerAlias,
      'root-device-name': one => one.root,
      'root-device-type': () => 'ebs',
      'virtualization-type': () => 'hvm',
      'image-type': () => 'machine',
      'is-public': () => 'true',
      'block-device-mapping.volume-type': () => 'gp3',
      'ena-support': () => 'true',
      state: () => 'available',
    })
    const { rows, next } = page(input, found)
    return { Images: rows.map(describe), ...nextToken(next) }
  }),
}

/** The image of that id in the region, or EC2's refusal. */
export function imageOf(region: string, id: string): Image {
  const words = `The image id '[${id}]' does not exist`
  return imagesIn(region).find(one => one.id === id) ?? refuse(400, 'InvalidAMIID.NotFound', words)
}

/** Public parameters of a region: name to image id. */
export function publicParameters(region: string): Record<string, string> {
  return Object.fromEntries(
    sources.flatMap(source =>
      archs.flatMap(arch => source.parameters(arch).map(name => [name, idOf(region, source.name(arch))])),
    ),
  )
}

function imagesIn(region: string): Image[] {
  regionOf(region)
  return sources.flatMap(({ name, parameters: _, ...rest }) =>
    archs.map(arch => ({ ...rest, id: idOf(region, name(arch)), name: name(arch), arch })),
  )
}

/** The same image has another id in each region. */
function idOf(region: string, name: string): string {
  return `ami-0${createHash('sha256').update(`${region} ${name}`).digest('hex').slice(0, 16)}`
}

function describe(image: Image): JsonObject {
  return {
    ImageId: image.id,
    Name: image.name,
    Description: image.description,
    Architecture: image.arch,
    OwnerId: image.ownerId,
    ...(image.ownerAlias && { ImageOwnerAlias: image.ownerAlias }),
    ImageLocation: `${image.ownerAlias || image.ownerId}/${image.name}`,
    ImageType: 'machine',
    CreationDate: image.created,
    PlatformDetails: 'Linux/UNIX',
    UsageOperation: 'RunInstances',
    Public: true,
    State: 'available',
    RootDeviceName: image.root,
    RootDeviceType: 'ebs',
    VirtualizationType: 'hvm',
    Hypervisor: 'xen',
    EnaSupport: true,
    SriovNetSupport: 'simple',
    BootMode: image.arch === 'arm64' ? 'uefi' : 'uefi-preferred',
    ImdsSupport: 'v2.0',
    BlockDeviceMappings: [
      {
        DeviceName: image.root,
        Ebs: {
          DeleteOnTermination: true,
          Encrypted: false,
          SnapshotId: `snap-0${image.id.slice(5)}`,
          VolumeSize: image.size,
          VolumeType: 'gp3',
        },
      },
    ],
  }
}
