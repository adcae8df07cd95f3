import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent, editComponent } from '../components/actions.ts'
import { declareIncident, deleteIncident, restoreIncident } from '../incidents/actions.ts'
import { addNote, deleteNote } from '../incidents/notes.ts'
import { deleteUpdate, postUpdate } from '../incidents/updates.ts'
import { savePostmortem } from '../postmortems/actions.ts'
import { recordByHand } from '../releases/by-hand.ts'
import { startTestApp } from '../testing/http.ts'
import { onBothStores } from '../testing/postgres.ts'
import { type World, world } from '../testing/world.ts'
import { buildAnew, indexJob, keepIndexed } from './indexing.ts'
import { search } from './search.ts'

/** Titles of what was found, newest first. */
async function titles(ship: World, q: string, more: { kind?: 'release' | 'incident'; limit?: number } = {}) {
  const { data } = await search(ship, { q, limit: 50, ...more })
  return data.map(({ title }) => title)
}

async function fleet(ship: World) {
  const owners = 'Team Müller'
  await createComponent(ship, {
    name: 'Checkout',
    description: 'Where you pay',
    owners,
    visibility: 'private',
  })
  await createComponent(ship, { name: 'Kõned & SMS', slug: 'koned' })
  await createComponent(ship, { name: 'Поиск' })
  const declare = (title: string, body: string, component = 'checkout') =>
    declareIncident(ship, { title, body, components: [{ component, status: 'degraded_performance' }] })
  const payments = await declare('Card payments fail', 'Some Visa cards are declined. “Apple Pay” works.')
  await declare('Größe der Bilder stimmt nicht', 'Straße und Café: falsch angezeigt.', 'koned')
  await declare("O'Reilly books are missing", 'NOT all AND OR NEAR(books) are gone; 100% sure.', 'koned')
  for (let minor = 0; minor < 12; minor += 1) {
    await recordByHand(ship, { component: 'checkout', version: `2.${minor}.0`, message: `Number ${minor}` })
    await recordByHand(ship, { component: 'koned', version: `v1.${minor}.0-rc.1`, environment: 'staging' })
  }
  return { payments }
}

onBothStores('words, versions, beginnings and accents find the same', async (ship) => {
  await fleet(ship)
  const expected: Record<string, string[]> = {
    'card payments': ['Card payments fail'],
    'payments CARD': ['Card payments fail'],
    'card pay': ['Card payments fail'],
    'decl visa': [],
    'visa declined': ['Card payments fail'],
    muller: ['Checkout'],
    MÜLLER: ['Checkout'],
    grosse: ['Größe der Bilder stimmt nicht'],
    größe: ['Größe der Bilder stimmt nicht'],
    'strasse cafe': ['Größe der Bilder stimmt nicht'],
    поиск: ['Поиск'],
    пои: ['Поиск'],
    '2.11.0': ['checkout 2.11.0'],
    'checkout 2.1': ['checkout 2.11.0', 'checkout 2.10.0', 'checkout 2.1.0'],
    '1.7.0': ['koned v1.7.0-rc.1'],
    'v1.7.0': ['koned v1.7.0-rc.1'],
    'number 3': ['checkout 2.3.0'],
    'nothing has this': [],
    "o'reilly": ["O'Reilly books are missing"],
    'NEAR(books)': ["O'Reilly books are missing"],
    '"apple pay"': ['Card payments fail'],
  }
  for (const [q, found] of Object.entries(expected)) assert.deepEqual(await titles(ship, q), found, q)
})

onBothStores('quotes, operators and signs in what is typed do no harm', async (ship) => {
  await fleet(ship)
  const odd = [
    '"',
    "'",
    '*',
    '"*',
    'a"b',
    "x' | '",
    ':*',
    '!!',
    '& |',
    '(',
    'card" OR "books',
    '-card',
    'card:*',
    '\\',
    '%',
    '',
    '  ',
    '\u0000',
    '👍',
    '.',
    '..',
    '. .',
  ]
  for (const q of odd) assert.ok(Array.isArray(await titles(ship, q)), q)
  assert.deepEqual(await titles(ship, 'card" OR "books'), [])
  assert.deepEqual(await titles(ship, 'card AND payments'), [])
  assert.deepEqual(await titles(ship, 'a '.repeat(150)), [])
})

onBothStores('what was done a moment ago is found, and what is gone is not', async (ship) => {
  const { payments } = await fleet(ship)
  assert.deepEqual(await titles(ship, 'lighthouse'), [])
  const update = await postUpdate(ship, payments.id, { body: 'The lighthouse is lit.' })
  assert.deepEqual(await titles(ship, 'lighthouse'), ['Card payments fail'])
  await deleteUpdate(ship, payments.id, update.id)
  assert.deepEqual(await titles(ship, 'lighthouse'), [])
  await deleteIncident(ship, payments.id)
  assert.deepEqual(await titles(ship, 'visa'), [])
  await restoreIncident(ship, payments.id)
  assert.deepEqual(await titles(ship, 'visa'), ['Card payments fail'])
})

onBothStores(
  'a component’s new name finds its releases and its incidents, and the old one nothing',
  async (ship) => {
    await fleet(ship)
    const { data } = await search(ship, { q: 'koned', limit: 50, kind: 'component' })
    await editComponent(ship, data[0]?.id ?? '', { name: 'Anrufe', slug: 'anrufe' })
    assert.deepEqual(await titles(ship, 'koned'), [])
    assert.equal((await titles(ship, 'anrufe')).length, 15)
    assert.equal((await titles(ship, 'anrufe', { kind: 'release' })).length, 12)
    assert.deepEqual(await titles(ship, 'anrufe books'), ["O'Reilly books are missing"])
  },
)

onBothStores('pages follow one another without a gap, and an unknown cursor is told', async (ship) => {
  await fleet(ship)
  const all = await titles(ship, 'checkout', { kind: 'release' })
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await search(ship, { q: 'checkout', kind: 'release', limit: 5, cursor })
    seen.push(...page.data.map(({ title }) => title))
    cursor = page.next_cursor ?? undefined
  } while (cursor)
  assert.equal(all.length, 12)
  assert.deepEqual(seen, all)
  await assert.rejects(search(ship, { q: 'checkout', limit: 5, cursor: 'nosuch' }), { code: 'not-found' })
})

onBothStores('the index can be built anew at any time, and what ran late is read once more', async (ship) => {
  await fleet(ship)
  const before = await titles(ship, 'checkout')
  await ship.db.updateTable('search_documents').set({ words: '.release nonsense' }).execute()
  assert.deepEqual(await titles(ship, 'checkout'), [])
  await buildAnew(ship)
  assert.equal(await keepIndexed(ship, { most: 1000 }), true)
  assert.deepEqual((await titles(ship, 'checkout')).toSorted(), before.toSorted())

  // a line that another process committed after a later one was read
  ship.at(new Date().toISOString())
  await ship.db
    .updateTable('incidents')
    .set({ title: 'A lighthouse' })
    .where('title', 'like', 'Card%')
    .execute()
  assert.deepEqual(await titles(ship, 'lighthouse'), [])
  await indexJob(ship)
  assert.deepEqual(await titles(ship, 'lighthouse'), ['A lighthouse'])
})

test('only words that are asked for are marked, and nothing that was typed becomes a tag', async () => {
  const ship = await world()
  await createComponent(ship, { name: 'API' })
  await declareIncident(ship, {
    title: '<b>Café</b> & <script>alert(1)</script>',
    body: 'x',
    components: [{ component: 'api', status: 'degraded_performance' }],
  })
  const server = await startTestApp(ship)
  const vi = await server.signedIn('viewer')
  const { body } = await vi.get(`/admin/search?q=${encodeURIComponent('cafe <script>al')}`)
  assert.match(
    body,
    /&lt;b&gt;<mark>Café<\/mark>&lt;\/b&gt; &amp; &lt;<mark>script<\/mark>&gt;<mark>alert<\/mark>/,
  )
  assert.doesNotMatch(body, /<script>alert|<b>Caf/)
  assert.match(body, /value="cafe &lt;script&gt;al"/)
})

test('a token needs all three rights to read, and gets what the page shows', async () => {
  const ship = await world()
  await createComponent(ship, { name: 'Checkout' })
  const server = await startTestApp(ship)
  const ask = async (authorization: string | undefined, q = 'check') => {
    const headers = authorization ? { authorization } : {}
    return server.inject({ url: `/api/v1/search?q=${q}`, headers })
  }
  assert.equal((await ask(undefined)).statusCode, 401)
  assert.equal((await ask(await server.token('incidents:read', 'releases:read'))).statusCode, 403)
  const all = await server.token('incidents:read', 'releases:read', 'components:read')
  const { data, complete } = (await ask(all)).json()
  assert.deepEqual(
    data.map(({ kind, title }: { kind: string; title: string }) => [kind, title]),
    [['component', 'Checkout']],
  )
  assert.equal(complete, true)
  assert.equal((await ask(all, 'x'.repeat(201))).statusCode, 422)
})

onBothStores('what the team noted and what was learned is found, and not once it is gone', async (ship) => {
  const { payments } = await fleet(ship)
  const kinds = async (q: string) =>
    (await search(ship, { q, limit: 9 })).data.map(({ kind, path }) => [kind, path])
  const page = `/admin/incidents/${payments.id}`
  const note = await addNote(ship, payments.id, { body: 'Mari asks the lighthouse.' })
  assert.deepEqual(await kinds('lighthouse'), [['note', page]])
  await deleteNote(ship, payments.id, note.id)
  assert.deepEqual(await kinds('lighthouse'), [])
  await savePostmortem(ship, payments.id, { body: 'A lighthouse was out.', how_noticed: 'A captain' })
  assert.deepEqual(await kinds('captain light'), [['postmortem', `${page}/postmortem`]])
  await deleteIncident(ship, payments.id)
  assert.deepEqual(await kinds('captain'), [])
  await restoreIncident(ship, payments.id)
  await buildAnew(ship)
  assert.equal(await keepIndexed(ship, { most: 1000 }), true)
  assert.deepEqual(await kinds('captain'), [['postmortem', `${page}/postmortem`]])
})
