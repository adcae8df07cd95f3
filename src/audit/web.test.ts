import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { declareIncident } from '../incidents/actions.ts'
import { journalActions } from '../journal/journal.ts'
import { recordByHand } from '../releases/by-hand.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'
import { phraseOf, wordsFor } from './phrases.ts'

test('every word of the journal has a phrase that a person would say', () => {
  for (const action of journalActions) {
    const phrase = phraseOf({ action, subject_kind: '', subject_id: '', detail: {}, component_name: null })
    assert.doesNotMatch(phrase, /[._{}]/, action)
  }
  assert.equal(new Set(journalActions.map(wordsFor)).size, journalActions.length)
})

test('the journal tells who did what, and leads to it', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  await createComponent(ship, { name: 'Checkout' })
  await recordByHand(ship, { component: 'checkout', version: '2.14.0' })
  const incident = await declareIncident(ship, {
    title: 'Cards <fail>',
    body: 'We look.',
    cause: 'unknown',
    components: [{ component: 'checkout', status: 'partial_outage' }],
  })
  const viewer = await server.signedIn('viewer')
  const { body } = await viewer.get('/admin/journal')
  assert.match(body, /released 2\.14\.0 of Checkout/)
  assert.match(body, new RegExp(`href="/admin/incidents/${incident.id}">declared Cards &lt;fail&gt;</a>`))
  const only = await viewer.get(`/admin/journal?subject_id=${incident.id}`)
  assert.doesNotMatch(only.body, /2\.14\.0/)
})

test('the journal is read page by page, newest first, and only with its scope', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  for (const name of ['One', 'Two', 'Three']) await createComponent(ship, { name })
  const headers = { authorization: await server.token('journal:read') }
  const ask = async (query: string) =>
    (await server.inject({ url: `/api/v1/journal${query}`, headers })).json()
  const first = await ask('?action=component.created&limit=2')
  assert.deepEqual(
    first.data.map((line: { detail: { name: string } }) => line.detail.name),
    ['Three', 'Two'],
  )
  const second = await ask(`?action=component.created&limit=2&cursor=${first.next_cursor}`)
  assert.deepEqual(
    second.data.map((line: { detail: { name: string } }) => line.detail.name),
    ['One'],
  )
  assert.equal(second.next_cursor, null)
})
