// A server of its own process, on the sample's shop, that attackers meet; told by its arguments what to leave out, so
// that each test also sees what happens without it: --no-line, --no-patience.
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createToken } from '../src/accounts/tokens.ts'
import { buildApp } from '../src/app.ts'
import { makeFront } from '../src/front.ts'
import { followJournal } from '../src/journal/follow.ts'
import { openDatabase } from '../src/platform/database.ts'
import { migrateToLatest } from '../src/platform/migrate.ts'
import { createSource } from '../src/sources/actions.ts'
import { northwindInTrouble } from '../src/testing/northwind.ts'
import { worldOn } from '../src/testing/world.ts'

const without = (what: string) => process.argv.includes(`--no-${what}`)
const folder = mkdtempSync(join(tmpdir(), 'shiplog-attacked-'))
const db = openDatabase(join(folder, 'shiplog.db'))
await migrateToLatest(db)
const ship = worldOn(db)
await northwindInTrouble(ship)
const cli = ship.as({ kind: 'cli', id: null, name: 'command line' })
const { token } = await createToken(cli, { name: 'attacker', scopes: ['admin'] })
const { source } = await createSource(cli, { name: 'GitHub', kind: 'github' })

const journal = followJournal(ship)
const anybody = {
  enter: async () => () => {},
  welcome: () => {},
  isFull: () => false,
  load: () => ({ waiting: 0, running: 0 }),
}
const line = without('line') ? { line: anybody } : {}
const front = makeFront({ now: ship.now, url: 'http://status.test', files: null, journal, ...line })
const settings = { url: 'http://status.test', trusted_proxies: [], log_level: 'silent', secret: ship.secret }
const app = await buildApp(settings, { ...ship, committed: journal.committed }, { front })
if (without('patience')) Object.assign(app.server, { headersTimeout: 0, requestTimeout: 0, timeout: 0 })
await app.listen({ port: 0, host: '127.0.0.1' })
process.send?.({ port: (app.server.address() as AddressInfo).port, token, source: source.id })

process.once('SIGTERM', () => {
  rmSync(folder, { recursive: true, force: true })
  process.exit(0)
})
