import { describe, expect, it } from 'vitest'
import { codeOf } from '../../support.ts'
import { soon, still } from './support.ts'

describe('key pairs', () => {
  it('are imported once under a name, and made with a private key that is shown once', async () => {
    const { ec2, pass } = await still()
    const made = await ec2.createKeyPair({ KeyName: 'made' })
    expect(made.KeyMaterial).toContain('BEGIN RSA PRIVATE KEY')
    const { KeyPairs } = await ec2.describeKeyPairs({ KeyNames: ['made'], IncludePublicKey: true })
    const PublicKeyMaterial = Buffer.from(KeyPairs![0]!.PublicKey!)
    const imported = await ec2.importKeyPair({ KeyName: 'mine', PublicKeyMaterial })
    expect(imported.KeyFingerprint).toBe(made.KeyFingerprint)
    expect(await codeOf(ec2.importKeyPair({ KeyName: 'mine', PublicKeyMaterial }))).toBe('InvalidKeyPair.Duplicate')
    const odd = ec2.importKeyPair({ KeyName: 'odd', PublicKeyMaterial: Buffer.from('hello') })
    expect(await codeOf(odd)).toBe('InvalidKey.Format')
    pass(soon)
    expect((await ec2.describeKeyPairs({})).KeyPairs).toHaveLength(2)
    await ec2.deleteKeyPair({ KeyName: 'mine' })
    await ec2.deleteKeyPair({ KeyName: 'mine' })
    expect(await codeOf(ec2.describeKeyPairs({ KeyNames: ['mine'] }))).toBe('InvalidKeyPair.NotFound')
  })
})
