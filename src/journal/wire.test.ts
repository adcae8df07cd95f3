import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import pg from 'pg'
import { createComponent } from '../components/actions.ts'
import { openDatabase } from '../platform/database.ts'
import { keepSession } from '../platform/session.ts'
import { freshDatabase, until } from '../testing/nodes.ts'
import { worldOn } from '../testing/world.ts'
import { followJournal, keepReading } from './follow.ts'
import { journalWire } from './wire.ts'

/** A node that follows the journal: by what it is told, by looking each second, by both or by neither. */
function node(t: TestContext, url: string, { told, looking }: { told: boolean; looking: boolean }) {
  const ship = worldOn(openDatabase(url))
  const journal = followJournal(ship)
  const heard: string[] = []
  journal.on((lines) => heard.push(...lines.map(({ action }) => action)))
  const reading = looking ? keepReading(journal, ship.log) : null
  const look = () => void journal.catchUp(Date.now(), { quick: true }).catch(() => {})
  const wire = journalWire(look, ship.log)
  const stop = told ? keepSession(url, [wire], ship.log) : async () => {}
  t.after(async () => {
    reading?.stop()
    await stop()
    await ship.db.destroy()
  })
  const committed: typeof journal.committed = (lines) => {
    journal.committed(lines)
    wire.tell(lines)
  }
  return { ship: { ...ship, committed }, heard, clear: () => heard.splice(0) }
}

const begun = async (url: string, nodes: number) => {
  const client = new pg.Client(url)
  await client.connect()
  const listening = `select count(*)::int as count from pg_stat_activity where query ~ '^listen' and datname = current_database()`
  const all = await until(async () => (await client.query(listening)).rows[0].count >= nodes, {
    within: 5000,
  })
  assert.ok(all !== null)
  return client
}

test('a node that is told of a change knows it at once, without looking; one that nobody tells does not', async (t) => {
  const url = await freshDatabase()
  const here = node(t, url, { told: true, looking: false })
  const there = node(t, url, { told: true, looking: false })
  const deaf = node(t, url, { told: false, looking: false })
  const client = await begun(url, 2)
  await createComponent(here.ship, { name: 'Checkout' })
  assert.ok(await until(() => there.heard.length > 0, { within: 1000, every: 5 }))
  assert.deepEqual([here.heard, there.heard, deaf.heard], [['component.created'], ['component.created'], []])
  await client.end()
})

test('what was told to nobody is seen by looking', async (t) => {
  const url = await freshDatabase()
  const here = node(t, url, { told: false, looking: false })
  const there = node(t, url, { told: false, looking: true })
  await createComponent(here.ship, { name: 'Checkout' })
  assert.ok(await until(() => there.heard.length > 0, { within: 3000 }))
})

test('whoever lost the line listens again by itself, and learns what was told meanwhile', async (t) => {
  const url = await freshDatabase()
  const here = node(t, url, { told: true, looking: false })
  const there = node(t, url, { told: true, looking: false })
  const client = await begun(url, 2)
  await client.query(`select pg_terminate_backend(pid) from pg_stat_activity where query ~ '^listen'`)
  await createComponent(here.ship, { name: 'Told to nobody' })
  assert.ok(await until(() => there.heard.length > 0, { within: 5000 }))
  await begun(url, 2).then((again) => again.end())
  there.clear()
  await createComponent(here.ship, { name: 'Told again' })
  assert.ok(await until(() => there.heard.length > 0, { within: 2000 }))
  await client.end()
})
