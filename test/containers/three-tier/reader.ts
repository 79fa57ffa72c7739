import { describe, expect, it } from 'vitest'
import { slowly } from '../aws/support.ts'
import type { Tiers } from './stack.ts'

/** Which of the cluster's servers is asked what, by their own general logs. */
export function throughTheReader(tiers: Tiers): void {
  describe('the cluster behind the application servers', () => {
    it('reads from the reader and writes through the writer, as the servers’ own logs prove', async () => {
      const [writer, reader] = [(await tiers.member(true)).container, (await tiers.member(false)).container]
      const queries = (name: string, like: string) => counted(tiers, name, like)
      for (const one of [writer, reader])
        await sql(tiers, one, "SET GLOBAL log_output = 'TABLE'; SET GLOBAL general_log = 1; TRUNCATE mysql.general_log")
      const before = JSON.parse((await tiers.visit('/read')).body) as string[]
      for (let n = 0; n < 3; n++) expect((await tiers.visit('/read')).status).toBe(200)
      expect((await tiers.visit('/write')).body).toContain('Saved')
      expect([await queries(reader, 'SELECT dt FROM %'), await queries(writer, 'SELECT dt FROM %')]).toEqual([4, 0])
      expect([await queries(reader, 'INSERT INTO %'), await queries(writer, 'INSERT INTO %')]).toEqual([0, 1])
      // What the writer took is at the reader all the same: it is a copy, not another database.
      const rows = async () => (JSON.parse((await tiers.visit('/read')).body) as string[]).length
      expect(await slowly(rows, count => count > before.length, 60)).toBe(before.length + 1)
      for (const one of [writer, reader]) await sql(tiers, one, 'SET GLOBAL general_log = 0')
    }, 120_000)

    it('lets nobody write through the reader', async () => {
      const [app] = await tiers.servers('App')
      const insert = [
        'set -a; . /etc/stackwright/three-tier.env; set +a',
        `mariadb -h "$DB_READ_HOST" -u "$DB_USER" -p"$DB_PASSWORD" "$DB_NAME" -e "INSERT INTO $DB_TABLE VALUES (NOW())" 2>&1 || true`,
      ]
      expect(await tiers.inside(app!.id, insert.join('\n'))).toContain('--read-only')
    })
  })
}

/** Queries of the application, of this form. */
async function counted(tiers: Tiers, name: string, like: string): Promise<number> {
  const where = `command_type = 'Query' AND user_host LIKE 'testuser%' AND argument LIKE '${like}'`
  return Number(await sql(tiers, name, `SELECT COUNT(*) FROM mysql.general_log WHERE ${where}`))
}

/** As the server's own administrator, from inside. */
async function sql({ runtime }: Tiers, name: string, text: string): Promise<string> {
  const client = ['mariadb', '--no-defaults', '--socket=/run/mysqld/mysqld.sock', '-BN', '-e', text]
  return (await runtime.must(`SQL failed on ${name}`, ['exec', name, ...client])).trim()
}
