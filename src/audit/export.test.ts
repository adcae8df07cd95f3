import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { record } from '../journal/journal.ts'
import { sealJournal } from '../journal/seals.ts'
import { readOnly } from '../platform/database.ts'
import { editSite } from '../site/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { ada, type World, world } from '../testing/world.ts'
import { journalFilter, spanOf } from './model.ts'
import { everyLine, journalLines } from './store.ts'

const bo = { kind: 'user' as const, id: 'bo0000000000', name: 'Bo' }

async function written(ship: World) {
  await createComponent(ship, { name: 'Shop' })
  await createComponent(ship.as(bo), { name: 'Search' })
  await createComponent(ship.as({ kind: 'cli', id: null, name: 'command line' }), { name: 'Mail' })
  await record(ship.as(bo), { action: 'site.edited', subject: ['site', 'site'] })
}

test('the journal is asked for by person, kind, action, day and thing, each alone and together', async () => {
  const ship = await world()
  ship.at('2026-11-22T21:59:59.999Z')
  await written(ship)
  ship.at('2026-11-22T22:00:00.000Z')
  await written(ship.as(ada))
  const count = async (asked: object, zone = 'UTC') =>
    (await journalLines(readOnly(ship.db), { limit: 100, ...asked }, zone)).length
  assert.equal(await count({}), 8)
  assert.deepEqual([await count({ actor: bo.id }), await count({ actor: 'cli' })], [4, 2])
  assert.equal(await count({ subject_kind: 'site' }), 2)
  assert.equal(await count({ actor: bo.id, action: 'site.edited', day: '2026-11-22' }), 2)
  assert.deepEqual([await count({ day: '2026-11-22' }), await count({ day: '2026-11-23' })], [8, 0])
  const tallinn = (day: string) => count({ day }, 'Europe/Tallinn')
  assert.deepEqual([await tallinn('2026-11-22'), await tallinn('2026-11-23')], [4, 4])
  let told = 0
  for await (const _ of everyLine(readOnly(ship.db), { actor: bo.id }, 'UTC')) told += 1
  assert.equal(told, 4)
})

test('a day is as long as the page’s zone makes it', () => {
  const hours = (day: string) => {
    const [from, before] = spanOf(day, 'Europe/Tallinn')
    return (Date.parse(before) - Date.parse(from)) / 3_600_000
  }
  assert.deepEqual(['2026-03-29', '2026-10-25', '2026-11-23'].map(hours), [23, 25, 24])
})

test('a filter of nonsense is refused in a plain sentence, and an empty one asks for all', async () => {
  const server = await startTestApp(await world())
  const admin = await server.signedIn('admin')
  const authorization = await server.token('journal:read')
  for (const day of ['2026-02-30', 'yesterday', '0000-01-01', '9999-12-31', '2026-11-23T00:00:00Z']) {
    const answer = await admin.get(`/admin/journal?day=${day}`)
    assert.equal(answer.statusCode, 422, day)
    assert.match(answer.body, /Something in this address is not as it should be/)
    const told = await server.inject({ url: `/api/v1/journal?day=${day}`, headers: { authorization } })
    assert.match(told.json().detail, /A day is written like 2026-11-23|no day so far away/)
  }
  for (const asked of ['day=', 'actor=&action=&subject_kind=', 'action=;drop', 'subject_kind=__proto__'])
    assert.equal((await admin.get(`/admin/journal?${asked}`)).statusCode, 200, asked)
  assert.equal(journalFilter.safeParse({ actor: 'x'.repeat(101) }).success, false)
})

test('what a spreadsheet would run is told as text, and quotes and line ends stay in their cell', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  for (const name of ['=1+1', '+1', '-1', '@SUM(1)', '\t=1', '\r=1', 'a "b", c', 'two\r\nlines'])
    await record(ship.as({ ...ada, name }), { action: 'site.edited', subject: ['site', 'site'] })
  const authorization = await server.token('journal:read')
  const { body, headers } = await server.inject({
    url: '/api/v1/journal.csv?action=site.edited',
    headers: { authorization },
  })
  assert.equal(headers['content-type'], 'text/csv; charset=utf-8')
  assert.match(String(headers['content-disposition']), /^attachment; filename="journal-2026-11-23\.csv"$/)
  for (const cell of [
    ",'=1+1,",
    ",'+1,",
    ",'-1,",
    ",'@SUM(1),",
    ",'\t=1,",
    `,"'\r=1",`,
    ',"a ""b"", c",',
    ',"two\r\nlines",',
  ])
    assert.ok(body.includes(cell), JSON.stringify(cell))
  assert.ok(body.startsWith('seq,at,actor_kind,') && body.endsWith('\r\n'))
})

test('an export holds each line once, whole, however many there are', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  for (let at = 0; at < 1203; at += 1)
    await record(ship, { action: 'site.edited', subject: ['site', 'site'], detail: { at } })
  await sealJournal(ship, Date.now() + 600_000)
  const admin = await server.signedIn('admin')
  const { body } = await admin.get('/admin/journal.jsonl?action=site.edited')
  const lines = body
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    lines.map(({ detail }) => detail.at),
    Array.from({ length: 1203 }, (_, at) => at),
  )
  assert.match(lines[0].seal, /^[0-9a-f]{64}$/)
  const editor = await server.signedIn('editor')
  assert.equal((await editor.get('/admin/journal.jsonl')).statusCode, 403)
  assert.doesNotMatch((await editor.get('/admin/journal')).body, /journal\.csv/)
})

test('the page tells how far the journal is sealed, and the API gives the seal to note', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  await editSite(ship, { name: 'Northwind', time_zone: 'UTC', version: 0 })
  const admin = await server.signedIn('admin')
  assert.match((await admin.get('/admin/journal')).body, /Not sealed yet/)
  await sealJournal(ship, Date.now() + 600_000)
  const headers = { authorization: await server.token('journal:read') }
  const { newest, waiting } = (await server.inject({ url: '/api/v1/journal/seal', headers })).json()
  assert.equal(waiting, 1)
  const { body } = await admin.get('/admin/journal')
  assert.ok(body.includes(newest.seal))
  assert.match(body, /Sealed up to <time[^>]*>12:00<\/time>, line \d/)
})
