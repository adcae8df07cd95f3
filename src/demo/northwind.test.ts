import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isForMachines } from '../platform/http.ts'
import { historyMonths } from '../status/history.ts'
import { rollbacksPage } from '../status/rollbacks.ts'
import { startTestApp } from '../testing/http.ts'
import { type World, worldOn } from '../testing/world.ts'
import { openNorthwind } from './northwind.ts'

const noon = '2026-11-23T12:37:20.000Z'
let shared: Promise<World> | undefined

/** The sample cannot be written to, so that all tests may look at the same one. */
function northwind() {
  shared ??= sample()
  return shared
}

async function sample({ start = noon, seed = 1 } = {}) {
  const ship = worldOn(await openNorthwind({ start: new Date(start), seed, secret: Buffer.alloc(32, 7) }))
  ship.at(start)
  return ship
}

const count = async ({ db }: World, table: 'components' | 'releases' | 'incidents') =>
  Number(
    (
      await db
        .selectFrom(table)
        .select((row) => row.fn.countAll().as('n'))
        .executeTakeFirst()
    )?.n,
  )

test('the sample has nine components, some sixty releases and four incidents, one of them open', async () => {
  const ship = await northwind()
  assert.equal(await count(ship, 'components'), 9)
  const releases = await count(ship, 'releases')
  assert.ok(releases >= 58 && releases <= 64, `${releases} releases`)
  assert.equal(await count(ship, 'incidents'), 4)
  const open = await ship.db.selectFrom('incidents').selectAll().where('resolved_at', 'is', null).execute()
  assert.deepEqual(
    open.map(({ title, state, started_at }) => [title, state, started_at]),
    [['Card payments fail for some customers', 'identified', '2026-11-23T12:06:00.000Z']],
  )
})

test('the sample has three rollbacks, the newest under way, and one release without a way back', async () => {
  const { backs, sentence } = await rollbacksPage(await northwind())
  assert.deepEqual(
    backs.map((row) => [row.component?.slug, row.versions, row.possible ? row.took : row.reason]),
    [
      ['checkout', '2.14.0 → 2.13.4', 'under way'],
      ['checkout', '2.11.0 → 2.10.3', '4 min'],
      ['search', '1.8.0 → 1.7.5', '21 min'],
      ['payments', '8.1.0', 'The migration of 12:40 cannot be undone; fixed by 8.1.1 after 52 min.'],
    ],
  )
  assert.match(sentence, /^Two rollbacks in 90 days, out of \d\d releases/)
})

test('the sample tells what was learned from an incident, and what was done about it', async () => {
  const ship = await northwind()
  const server = await startTestApp(ship, { sample: true })
  const { incident_id } = await ship.db.selectFrom('postmortems').selectAll().executeTakeFirstOrThrow()
  const { body } = await server.inject(`/incidents/${incident_id}`)
  assert.match(body, /id="postmortem".*Orders fell to zero/s)
  assert.match(body, /Ask the real address service in the tests of Checkout <span class="quiet">\(done\)/)
})

test('the open incident names its cause, the way back, and ages with the clock', async () => {
  const ship = await northwind()
  const server = await startTestApp(ship, { sample: true })
  const page = await server.inject('/')
  assert.match(page.body, /Checkout is partly down/)
  assert.match(page.body, /checkout 2\.14\.0/)
  assert.match(page.body, /We are rolling back to <code>2\.13\.4/)
  assert.match(page.body, /10% of customers/)
  assert.match(page.body, /31 min/)
  ship.wait(5)
  assert.match((await server.inject('/')).body, /36 min/)
  ship.at(noon)
})

/** Everything that is kept, a row each, with ids replaced by the order of their birth: they alone come by chance. */
async function everything({ db }: World): Promise<string[]> {
  const tables = ['components', 'deliveries', 'release_events', 'releases', 'incidents'] as const
  const learned = ['postmortems', 'action_items'] as const
  const more = ['incident_updates', 'incident_notes', 'component_impacts', 'journal', 'groups'] as const
  const rows: string[] = []
  for (const table of [...tables, ...learned, ...more]) {
    const found: object[] = await db.selectFrom(table).selectAll().execute()
    rows.push(...found.map((row) => `${table} ${JSON.stringify(row, readable)}`))
  }
  const named = rows.join('').matchAll(/"(?:id|\w+_id|run_key)":"([a-z0-9]{12})"/g)
  const ids = new Set([...named].map((found) => found[1] ?? ''))
  const order = new Map([...ids].sort().map((id, index) => [id, `#${index}`]))
  return rows.map((row) => row.replace(/[a-z0-9]{12}/g, (word) => order.get(word) ?? word))
}

function readable(_: string, value: { type?: string; data?: number[] } | null) {
  return value?.type === 'Buffer' ? Buffer.from(value.data ?? []).toString() : value
}

function differences(one: string[], other: string[]) {
  return one.filter((row, index) => row !== other[index])
}

test('the same seed and start make the same sample, another seed another one', async () => {
  const first = await everything(await northwind())
  assert.ok(first.length > 500, `${first.length} rows`)
  assert.deepEqual(differences(await everything(await sample()), first).slice(0, 3), [])
  assert.ok(differences(await everything(await sample({ seed: 2 })), first).length > 100)
})

for (const start of ['2027-01-01T22:00:30.000Z', '2026-03-29T00:59:59.999Z']) {
  test(`the sample tells the same stories when it starts at ${start}`, async () => {
    const ship = await sample({ start })
    assert.equal(await count(ship, 'components'), 9)
    assert.equal(await count(ship, 'releases'), await count(await northwind(), 'releases'))
    const { backs } = await rollbacksPage(ship)
    assert.deepEqual(
      backs.map((row) => row.versions),
      ['2.14.0 → 2.13.4', '2.11.0 → 2.10.3', '1.8.0 → 1.7.5', '8.1.0'],
    )
    const ahead = await ship.db.selectFrom('journal').select('at').where('at', '>', start).execute()
    assert.deepEqual(ahead, [])
  })
}

test('every page for customers and operators can be looked at without an account, and says that it is a sample', async () => {
  const ship = await northwind()
  const server = await startTestApp(ship, { sample: true })
  const shown = server.routes.filter(({ method, policy }) => {
    return method === 'GET' && (policy.who === 'anyone' || policy.who === 'operator')
  })
  // a frame on somebody else's page and an address that only leads on have no room for it; a note is its writer's own
  const bare = ['/embed/frame', '/i/:id', '/admin/incidents/:id/notes/:note']
  const pages = shown.filter(({ url }) => !url.includes('*') && !isForMachines(url) && !bare.includes(url))
  assert.ok(pages.length > 20, `${pages.length} pages`)
  for (const { url } of pages) {
    const path = await filledIn(ship, url)
    const answer = await server.inject({ url: path, headers: { accept: 'text/html' } })
    if (answer.statusCode !== 303) assert.equal(answer.statusCode, 200, path)
    if (answer.statusCode === 200) assert.match(answer.body, /All of this is made up/, path)
  }
  assert.equal((await server.inject({ method: 'OPTIONS', url: '/feed.json' })).statusCode, 204)
})

/** A route's address with ids of what is there. */
async function filledIn(ship: World, url: string) {
  const { db } = ship
  if (url === '/history/:month') return `/history/${(await historyMonths(ship)).at(-1)}`
  const first = async (
    table:
      | 'components'
      | 'releases'
      | 'incidents'
      | 'sources'
      | 'deliveries'
      | 'groups'
      | 'incident_templates'
      | 'maintenances'
      | 'outbound_calls'
      | 'rollback_requests'
      | 'users',
  ) => (await db.selectFrom(table).select('id').orderBy('id', 'desc').executeTakeFirst())?.id ?? ''
  if (url.startsWith('/admin/freezes/:')) {
    const { id } = await db.selectFrom('freeze_windows').select('id').executeTakeFirstOrThrow()
    return url.replace(':id', id)
  }
  if (url.includes('/notes/:')) {
    const note = await db.selectFrom('incident_notes').select(['id', 'incident_id']).executeTakeFirstOrThrow()
    return url.replace(':id', note.incident_id).replace(':note', note.id)
  }
  const noun = /\/(components|releases|incidents|sources|deliveries|groups)\/:/.exec(url)?.[1]
  if (/\/maintenances?\/:/.test(url)) return url.replace(':id', await first('maintenances'))
  if (/\/templates\/:/.test(url)) return url.replace(':id', await first('incident_templates'))
  if (/\/rollback-requests\/:/.test(url)) return url.replace(':id', await first('rollback_requests'))
  if (/\/people\/:/.test(url)) return url.replace(':id', await first('users'))
  if (/\/calls\/:/.test(url)) return url.replace(':id', await first('outbound_calls'))
  if (!noun) return url
  const path = url.replace(/:\w+/, await first(noun as 'components'))
  const update = await db.selectFrom('incident_updates').select('id').orderBy('id', 'desc').executeTakeFirst()
  return path.replace(/:\w+/, update?.id ?? '')
}

test('nothing can be changed by anybody, by any method, at any address', async () => {
  const ship = await northwind()
  const before = await everything(ship)
  const server = await startTestApp(ship, { sample: true })
  const unsafe = server.routes.filter(({ method }) => !['GET', 'HEAD', 'OPTIONS'].includes(method))
  assert.ok(unsafe.length > 40, `${unsafe.length} routes`)
  const others = ['PUT', 'DELETE', 'PATCH'].map((method) => ({ method, url: '/admin/incidents' }))
  for (const { method, url } of [...unsafe, ...others]) {
    const answer = await server.inject({
      method: method as 'POST',
      url: await filledIn(ship, url),
      headers: { accept: 'application/json', 'sec-fetch-site': 'same-origin' },
    })
    assert.equal(answer.statusCode, 403, `${method} ${url}`)
    assert.equal(answer.json().detail, 'This is the sample: nothing can be changed.')
  }
  assert.deepEqual(differences(await everything(ship), before), [])
})

test('the store of the sample itself refuses writes', async () => {
  const ship = await northwind()
  await assert.rejects(ship.db.deleteFrom('journal').execute(), /readonly/)
})

test('there is nothing to sign in to, and a person is told so in words', async () => {
  const server = await startTestApp(await northwind(), { sample: true })
  const login = await server.inject('/login')
  assert.deepEqual([login.statusCode, login.headers.location], [303, '/admin'])
  const refused = await server.inject({ method: 'POST', url: '/login', headers: { accept: 'text/html' } })
  assert.equal(refused.statusCode, 403)
  assert.match(refused.body, /This is the sample: nothing can be changed\./)
})

test('a server that is no sample lets nobody in', async () => {
  const server = await startTestApp(await northwind())
  const page = await server.inject({ url: '/admin/incidents', headers: { accept: 'text/html' } })
  assert.equal(page.statusCode, 303)
  assert.match(String(page.headers.location), /^\/login/)
  assert.doesNotMatch((await server.inject('/')).body, /All of this is made up/)
})
