import type { JsonObject } from '../../../../base/json.ts'
import { instanceType, regionOf } from '../../core/catalog.ts'
import { objects, operation, refuse, word } from '../../core/input.ts'
import { page } from '../../core/page.ts'

/** Public images: the newest two of each family. */

/** A public image. */
export interface Image {
  id: string
  family: string
  name: string
  system: string
  platform: string
  arch: 'x86_64' | 'arm64'
  size: number
  made: string
}

const families: [string, string, string, string, number][] = [
  [
    'acs:alibaba_cloud_linux_3_2104_lts_x64',
    'aliyun_3_x64_20G_alibase',
    'Alibaba Cloud Linux 3.2104 LTS 64-bit',
    'Aliyun',
    20,
  ],
  ['acs:alibaba_cloud_linux_4_lts_x64', 'aliyun_4_x64_20G_alibase', 'Alibaba Cloud Linux 4 LTS 64-bit', 'Aliyun', 20],
  ['acs:ubuntu_24_04_x64', 'ubuntu_24_04_x64_20G_alibase', 'Ubuntu 24.04 64-bit', 'Ubuntu', 20],
  ['acs:ubuntu_22_04_x64', 'ubuntu_22_04_x64_20G_alibase', 'Ubuntu 22.04 64-bit', 'Ubuntu', 20],
  ['acs:debian_12_x64', 'debian_12_x64_20G_alibase', 'Debian 12 64-bit', 'Debian', 20],
  ['acs:rocky_linux_9_7_x64', 'rockylinux_9_7_x64_20G_alibase', 'Rocky Linux 9.7 64-bit', 'Rocky Linux', 20],
  ['acs:almalinux_9_7_x64', 'almalinux_9_7_x64_20G_alibase', 'AlmaLinux 9.7 64-bit', 'AlmaLinux', 20],
  ['acs:centos_7_9_x64', 'centos_7_9_x64_20G_alibase', 'CentOS 7.9 64-bit', 'CentOS', 20],
  [
    'acs:alibaba_cloud_linux_3_2104_lts_arm64',
    'aliyun_3_arm64_20G_alibase',
    'Alibaba Cloud Linux 3.2104 LTS 64-bit ARM',
    'Aliyun',
    20,
  ],
  ['acs:ubuntu_24_04_arm64', 'ubuntu_24_04_arm64_20G_alibase', 'Ubuntu 24.04 64-bit ARM', 'Ubuntu', 20],
]

/** The public images, newest first in each family. */
export const images: Image[] = families.flatMap(([family, stem, system, platform, size]) =>
  ['20260513', '20260218'].map(day => ({
    id: `${stem}_${day}.vhd`,
    family,
    name: `${stem}_${day}.vhd`,
    system,
    platform,
    arch: family.endsWith('arm64') ? ('arm64' as const) : ('x86_64' as const),
    size,
    made: `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T08:00:00Z`,
  })),
)

/** By id or by family, where the newest is meant. */
export function imageOf(id: string, family: string): Image | undefined {
  return images.find(image => (id === '' ? image.family === family : image.id === id))
}

export const imageOperations = {
  'ecs.DescribeImages': operation(
    'ImageFamily ImageId ImageName ImageOwnerAlias Status Architecture OSType IsSupportCloudinit IsSupportIoOptimized IsPublic Usage InstanceType Tag PageNumber PageSize ActionType',
    (input, call) => {
      regionOf(call.region)
      const { rows, head } = page(input, chosen(input), 10, 100)
      return { ...head, RegionId: call.region, Images: { Image: rows.map(describe) } }
    },
  ),
  'ecs.DescribeImageFromFamily': operation('ImageFamily', input => {
    const image = imageOf('', word(input, 'ImageFamily'))
    if (!image) return {}
    const {
      BootMode: _,
      ImageOwnerId: __,
      IsPublic: ___,
      OSNameEn: ____,
      LoginAsNonRootSupported: _____,
      ...shown
    } = describe(image)
    return { Image: shown }
  }),
}

function chosen(input: JsonObject): Image[] {
  const ids = word(input, 'ImageId') === '' ? undefined : word(input, 'ImageId').split(',')
  const type = instanceType(word(input, 'InstanceType'))
  if (word(input, 'InstanceType') !== '' && !type) {
    refuse(400, 'InvalidInstanceType.ValueNotSupported', 'The specified InstanceType does not exist.')
  }
  const owner = word(input, 'ImageOwnerAlias') || 'system'
  const status = word(input, 'Status') || 'Available'
  const offered = owner === 'system' && status.split(',').includes('Available') && objects(input, 'Tag').length === 0
  if (!offered || no(input, 'IsPublic') || no(input, 'IsSupportCloudinit') || no(input, 'IsSupportIoOptimized'))
    return []
  if (word(input, 'OSType') === 'windows' || word(input, 'Usage') === 'instance') return []
  const pattern = word(input, 'ImageName').replace(/\*/g, '')
  return images.filter(
    image =>
      (ids?.includes(image.id) ?? true) &&
      same(word(input, 'ImageFamily'), image.family) &&
      same(word(input, 'Architecture'), image.arch) &&
      image.name.includes(pattern) &&
      (!type || (type.arch === 'ARM') === (image.arch === 'arm64')),
  )
}

function no(input: JsonObject, name: string): boolean {
  return word(input, name).toLowerCase() === 'false'
}

function same(asked: string, value: string): boolean {
  return asked === '' || asked === value
}

function describe(image: Image): JsonObject {
  return {
    Architecture: image.arch,
    BootMode: image.arch === 'arm64' ? 'UEFI' : 'BIOS',
    CreationTime: image.made,
    Description: '',
    ImageFamily: image.family,
    ImageId: image.id,
    ImageName: image.name,
    ImageOwnerAlias: 'system',
    ImageOwnerId: 0,
    ImageVersion: 'v2026.5.13',
    IsCopied: false,
    IsPublic: true,
    IsSelfShared: '',
    IsSubscribed: false,
    IsSupportCloudinit: true,
    IsSupportIoOptimized: true,
    LoginAsNonRootSupported: image.platform !== 'CentOS',
    OSName: image.system,
    OSNameEn: image.system,
    OSType: 'linux',
    Platform: image.platform,
    ProductCode: '',
    Progress: '100%',
    Size: image.size,
    Status: 'Available',
    Usage: 'none',
    DiskDeviceMappings: { DiskDeviceMapping: [] },
    Tags: { Tag: [] },
  }
}
