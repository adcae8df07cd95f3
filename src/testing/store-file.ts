import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { makeBackup } from '../backups/making.ts'
import { restoreBackup } from '../backups/restoring.ts'
import { createComponent } from '../components/actions.ts'
import { worldIn } from './world.ts'

/** A store in a file, in a folder that goes with the test, and the ways to back it up and to restore it. */
export async function storeFile(t: TestContext) {
  const home = mkdtempSync(join(tmpdir(), 'shiplog-store-'))
  const database = join(home, 'shiplog.db')
  const folder = join(home, 'backups')
  const ship = await worldIn(database)
  const close = () => ship.db.destroy()
  t.after(async () => {
    await close()
    rmSync(home, { recursive: true, force: true })
  })
  const backUp = async (more: object = {}) => {
    const wanted = { database, folder, secret: ship.secret, now: ship.now(), ...more }
    return (await makeBackup(wanted)).path
  }
  const restore = (backup: string, more: object = {}) =>
    restoreBackup(ship, {
      ...{ backup, database, force: true, other_secret: false, pages: join(home, 'pages') },
      ...more,
    })
  const write = (name: string) => createComponent(ship, { name })
  return { home, database, folder, ship, close, backUp, restore, write }
}
