import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HtmlValidate } from 'html-validate'
import { deleteIncident } from '../incidents/actions.ts'
import { postUpdate } from '../incidents/updates.ts'
import { startTestApp } from '../testing/http.ts'
import { northwindInTrouble } from '../testing/northwind.ts'
import { savePostmortem } from './actions.ts'
import { addItem } from './items.ts'
import { itemsOf, postmortemOf } from './store.ts'

async function yard({ over = true } = {}) {
  const shop = await northwindInTrouble()
  const { ship, say, incident } = shop
  ship.at('2026-11-23T12:36:00.000Z')
  await say('checkout', 'release.succeeded', { version: '2.13.4', run: 'back', kind: 'rollback' })
  ship.at('2026-11-23T12:50:00.000Z')
  const end = () =>
    postUpdate(ship, incident.id, { state: 'resolved', body: 'All cards work.', remedy: 'rolled_back' })
  if (over) await end()
  const server = await startTestApp(ship)
  const editor = await server.signedIn('editor')
  const page = `/admin/incidents/${incident.id}/postmortem`
  const typed = (fields: object) => ({ body: '## Why\n\nA test was missing.', begins: 'yes', ...fields })
  const seen = async () =>
    (await server.inject({ url: `/incidents/${incident.id}`, headers: { accept: 'text/html' } })).body
  return { ...shop, server, editor, page, typed, seen, end, saved: () => postmortemOf(ship, incident.id) }
}

test('the page begins with the draft, saves nothing by itself, and shows the facts beside it', async () => {
  const { editor, page, saved } = await yard()
  const { body, statusCode } = await editor.get(page)
  assert.equal(statusCode, 200)
  assert.match(body, /- 14:36 2\.13\.4 live again: 3 min, the release had taken 27 min\./)
  assert.match(body, /Time to notice<\/dt><dd>5 min[\s\S]*Time to restore<\/dt><dd>44 min/)
  assert.match(body, /Checkout<\/dt><dd>Partial outage for 44 min/)
  assert.match(
    body,
    /Could it go back\?<\/dt><dd>Yes: back to 2\.13\.4 in 3 min, the release had taken 27 min/,
  )
  assert.equal(await saved(), undefined)
})

test('what is published stands on the public page with its facts, and is taken off it again', async () => {
  const { editor, page, typed, seen, saved } = await yard()
  await editor.get(page)
  await editor.post(page, typed({ how_noticed: 'A customer called.' }))
  assert.doesNotMatch(await seen(), /A test was missing/)
  assert.match((await editor.get(page)).body, /Saved as a draft\. Customers do not see it\./)
  await editor.post(page, typed({ version: '1', how_noticed: 'A customer called.', publish: 'yes' }))
  const body = await seen()
  assert.match(body, /What we learned[\s\S]*<h3>Why<\/h3>[\s\S]*A test was missing\./)
  assert.match(body, /How we noticed<\/dt><dd>A customer called\./)
  assert.match(body, /Yes, in 3 min\. The release had taken 27 min\./)
  assert.doesNotMatch(body, /Ledger/, 'a private component is never named')
  const shown = (await editor.get(page)).body
  assert.match(shown, /Save: customers see it at once/)
  await editor.post(`${page}/unpublication`)
  assert.doesNotMatch(await seen(), /What we learned/)
  assert.equal((await saved())?.body, '## Why\n\nA test was missing.', 'the text is kept')
})

test('an incident that is open has a draft and no publication, and one that is open again hides it', async () => {
  const { editor, page, typed, seen, saved, end, ship, incident } = await yard({ over: false })
  assert.match((await editor.get(page)).body, /The incident is still open\. You can write already/)
  const refused = await editor.post(page, typed({ publish: 'yes' }))
  assert.equal(refused.statusCode, 409)
  assert.match(refused.body, /The incident is still open\. Resolve it first[\s\S]*A test was missing/)
  assert.equal(await saved(), undefined)
  await end()
  await editor.get(page)
  await editor.post(page, typed({ publish: 'yes' }))
  assert.match(await seen(), /What we learned/)
  ship.wait(10)
  await postUpdate(ship, incident.id, { state: 'investigating', body: 'Again.' })
  assert.doesNotMatch(await seen(), /What we learned/)
  assert.match((await editor.get(page)).body, /The incident is open again/)
  ship.wait(10)
  await postUpdate(ship, incident.id, { state: 'resolved', body: 'Now.' })
  assert.match(await seen(), /What we learned/, 'it comes back by itself')
  await deleteIncident(ship, incident.id)
  assert.doesNotMatch(await seen(), /What we learned/)
  assert.equal((await editor.post(page, typed({ version: '2' }))).statusCode, 410)
})

test('a draft that still asks something is not published, and says what it asks', async () => {
  const { editor, page, typed, saved } = await yard()
  const drafted = /required="">\n([\s\S]*?)<\/textarea>/.exec((await editor.get(page)).body)?.[1] ?? ''
  const refused = await editor.post(page, typed({ body: drafted, publish: 'yes' }))
  assert.equal(refused.statusCode, 422)
  assert.match(
    refused.body,
    /The draft still asks: “Say what was wrong with it, and why nobody saw it before\.”/,
  )
  assert.equal(await saved(), undefined)
  await editor.get(page)
  const answered = drafted.replaceAll(/Say what [^.]*\./g, 'We know.')
  assert.equal((await editor.post(page, typed({ body: answered, publish: 'yes' }))).statusCode, 303)
})

test('of two editors the second sees both texts and may save theirs then', async () => {
  const { editor, page, typed, ship, incident, saved } = await yard()
  await editor.get(page)
  await savePostmortem(ship, incident.id, { body: 'Theirs.' })
  const late = await editor.post(page, typed({ body: 'Mine.' }))
  assert.equal(late.statusCode, 409)
  assert.match(late.body, /What somebody else saved[\s\S]*Theirs\.[\s\S]*What you wrote[\s\S]*Mine\./)
  assert.match(late.body, /name="version" value="1"/)
  await editor.post(page, typed({ body: 'Mine.', version: '1' }))
  assert.equal((await saved())?.body, 'Mine.')
})

test('preview and “draft anew” keep what was typed and save nothing', async () => {
  const { editor, page, typed, saved } = await yard()
  await editor.get(page)
  const preview = await editor.post(
    `${page}/look`,
    typed({ body: '## My part\n\n<b>x</b>', look: 'preview' }),
  )
  assert.match(preview.body, /<h3>My part<\/h3>\s*<p>&lt;b&gt;x/)
  const anew = await editor.post(`${page}/look`, typed({ body: 'Typed so far', look: 'draft' }))
  assert.match(anew.body, /Typed so far<\/textarea>[\s\S]*readonly>## What happened/)
  assert.equal(await saved(), undefined)
})

test('what is wrong is told beside its field, and what was typed is kept', async () => {
  const { editor, page, typed, saved } = await yard()
  const wrong: [object, string][] = [
    [{ body: ' ' }, 'Write what happened.'],
    [{ how_noticed: 'x'.repeat(501) }, 'Keep it under 500 characters.'],
    [{ noticed_on: '2026-02-30', noticed_clock: '12:00' }, 'Write it as a day and a time, like 14:06.'],
    [{ noticed_on: '2027-01-01', noticed_clock: '12:00' }, 'That lies in the future.'],
  ]
  for (const [fields, words] of wrong) {
    await editor.get(page)
    const { statusCode, body } = await editor.post(page, typed({ owner: '', ...fields }))
    assert.equal(statusCode, 422, words)
    assert.ok(body.includes(words), words)
  }
  assert.equal(await saved(), undefined)
  await editor.get(page)
  await editor.post(page, typed({ noticed_on: '2026-11-23', noticed_clock: '14:08' }))
  assert.equal((await saved())?.noticed_at, '2026-11-23T12:08:00.000Z')
  assert.match((await editor.get(page)).body, /Time to notice<\/dt><dd>2 min/)
})

test('action items are added, edited, done, opened again, removed and brought back', async () => {
  const { editor, page, ship, incident } = await yard()
  const items = () => itemsOf(ship, incident.id)
  const add = `/admin/incidents/${incident.id}/action-items`
  await editor.get(page)
  const wrong = await editor.post(add, { words: ' ', owner: 'Mari', due_on: '2026-13-01' })
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /Say what is to be done\.[\s\S]*value="Mari"[\s\S]*Write the day as 2026-12-01\./)
  await editor.get(page)
  await editor.post(add, { words: 'Test 3-D Secure', owner: 'Mari', due_on: '2026-11-22' })
  const [item] = await items()
  assert.deepEqual([item?.words, item?.owner, item?.due_on], ['Test 3-D Secure', 'Mari', '2026-11-22'])
  const one = `/admin/action-items/${item?.id}`
  const list = (await editor.get('/admin/action-items')).body
  assert.match(list, /Test 3-D Secure[\s\S]*Mari[\s\S]*Overdue/)
  const late = await editor.post(one, { words: 'Mine', version: '0' })
  assert.equal(late.statusCode, 409)
  assert.match(late.body, /Somebody else saved this meanwhile[\s\S]*Test 3-D Secure[\s\S]*value="Mine"/)
  await editor.get(page)
  await editor.post(one, { words: 'Test 3-D Secure twice', owner: '', due_on: '', version: '1' })
  assert.deepEqual([(await items())[0]?.owner, (await items())[0]?.due_on], [null, null])
  const sent = await editor.post(`${one}/done`, { back: 'list' })
  assert.equal(sent.headers.location, '/admin/action-items')
  assert.match((await editor.get('/admin/action-items')).body, /Nothing is open/)
  await editor.post(`${one}/reopening`)
  assert.equal((await items())[0]?.done_at, null)
  await editor.post(`${one}/removal`)
  assert.match((await editor.get(page)).body, /Removed \(1\)[\s\S]*Bring it back/)
  assert.equal((await editor.post(`${one}/done`)).statusCode, 410)
  await editor.get(page)
  await editor.post(`${one}/restoration`)
  assert.equal((await items())[0]?.deleted_at, null)
  const journal = (await editor.get(`/admin/journal?subject_id=${incident.id}`)).body
  for (const verb of ['added', 'edited', 'did', 'opened again', 'removed', 'brought back']) {
    assert.match(journal, new RegExp(`${verb} what (is|was) to be done after Card payments`), verb)
  }
})

test('customers read what is done about it, and neither by whom nor until when', async () => {
  const { editor, page, typed, seen, ship, incident } = await yard()
  await addItem(ship, incident.id, { words: 'Test cards', owner: 'Mari Maasikas', due_on: '2026-12-24' })
  await editor.get(page)
  await editor.post(page, typed({ publish: 'yes' }))
  const body = await seen()
  assert.match(body, /What we do about it[\s\S]*Test cards/)
  assert.doesNotMatch(body, /Maasikas|2026-12-24/)
})

test('who may only look reads all of it, and is offered nothing', async () => {
  const { server, page, typed, ship, incident } = await yard()
  const viewer = await server.signedIn('viewer')
  assert.match((await viewer.get(page)).body, /Nobody wrote a postmortem yet/)
  await savePostmortem(ship, incident.id, { body: 'Ours.' })
  const item = await addItem(ship, incident.id, { words: 'Test cards' })
  for (const path of [page, '/admin/action-items']) {
    assert.doesNotMatch((await viewer.get(path)).body, /action="\/admin/)
  }
  const posts = [page, `${page}/look`, `${page}/unpublication`, `/admin/action-items/${item.id}/done`]
  for (const path of posts) assert.equal((await viewer.post(path, typed({}))).statusCode, 403, path)
})

test('Markdown that attacks is inert wherever it stands, and the pages are valid HTML', async () => {
  const { editor, page, typed, seen, ship, incident } = await yard()
  const attack =
    '## <img src=x onerror=alert(1)>\n\n[x](javascript:alert(1)) <script>alert(1)</script>\n\n#\n\nA\n==='
  await addItem(ship, incident.id, {
    words: '<script>alert(2)</script>',
    owner: '"><b>',
    due_on: '2026-12-24',
  })
  await editor.get(page)
  await editor.post(page, typed({ body: attack, how_noticed: '<b>x', publish: 'yes' }))
  const validator = new HtmlValidate({
    root: true,
    extends: ['html-validate:recommended'],
    rules: {
      'doctype-style': ['error', { style: 'lowercase' }],
      'no-implicit-button-type': 'off',
      'attribute-boolean-style': 'off',
      'long-title': 'off', // an incident's title is the operator's own
    },
  })
  const pages = [await seen(), (await editor.get(page)).body, (await editor.get('/admin/action-items')).body]
  for (const html of pages) {
    assert.doesNotMatch(html, /<img src=x|<script>alert|href="javascript:|<b>x/)
    const { results } = await validator.validateString(html)
    assert.deepEqual(
      results.flatMap(({ messages }) => messages.map(({ message, line }) => `${line}: ${message}`)),
      [],
    )
  }
})
