/** Public image families whose newest image is offered, best first: the ones the setup scripts support. */
export interface Family {
  id: string
  name: string
  support: string
}

/** Support ends as the distributions publish them: Alibaba Cloud Linux lifecycle, Debian LTS, Ubuntu standard support. */
export const FAMILIES: Record<'x86_64' | 'arm64', Family[]> = {
  x86_64: [
    family('acs:alibaba_cloud_linux_3_2104_lts_x64', 'Alibaba Cloud Linux 3', '2029'),
    family('acs:debian_12_x64', 'Debian 12', '2028'),
    family('acs:ubuntu_24_04_x64', 'Ubuntu 24.04', '2029'),
    family('acs:ubuntu_22_04_x64', 'Ubuntu 22.04', '2027'),
  ],
  arm64: [
    family('acs:alibaba_cloud_linux_3_2104_lts_arm64', 'Alibaba Cloud Linux 3 (Arm)', '2029'),
    family('acs:debian_12_arm64', 'Debian 12 (Arm)', '2028'),
    family('acs:ubuntu_24_04_arm64', 'Ubuntu 24.04 (Arm)', '2029'),
    family('acs:ubuntu_22_04_arm64', 'Ubuntu 22.04 (Arm)', '2027'),
  ],
}

function family(id: string, name: string, until: string): Family {
  return { id, name, support: `security updates until ${until}` }
}
