import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam'
import { python } from '../../emulator/aws/python.ts'
import { asPerson } from '../../support/aws.ts'

export const motoVersion = '5.2.5'

export interface Moto {
  url: string
  stop(): void
}

/** moto, an emulator of AWS that we did not write, in a process of its own. */
export async function startMoto(): Promise<Moto> {
  const interpreter = await python(`moto[server]==${motoVersion}`)
  const port = await freePort()
  const server: ChildProcess = spawn(
    join(dirname(interpreter), 'moto_server'),
    ['-H', '127.0.0.1', '-p', String(port)],
    {
      env: { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: 'true', MOTO_ACM_VALIDATION_WAIT: '1' },
      stdio: 'ignore',
    },
  )
  const url = `http://127.0.0.1:${port}`
  await answers(url)
  // The first call of a service reads its data, for many seconds on a busy machine: longer than a call may take.
  const [machines, roles] = [new EC2Client(asPerson(url)), new IAMClient(asPerson(url))]
  await Promise.all([machines.send(new DescribeVpcsCommand({})), roles.send(new ListRolesCommand({}))])
  return { url, stop: () => void server.kill() }
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}

async function answers(url: string): Promise<void> {
  for (let look = 0; look < 300; look++) {
    const there = await fetch(`${url}/moto-api/`).then(
      answer => answer.ok,
      () => false,
    )
    if (there) return
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  throw new Error('moto did not start')
}
