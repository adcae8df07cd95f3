import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declareIncident } from './incidents/actions.ts'
import { postUpdate } from './incidents/updates.ts'
import { en } from './site/words/en.ts'
import { catalogue, type Words } from './site/words/index.ts'
import { startTestApp } from './testing/http.ts'
import { northwind, northwindInTrouble } from './testing/northwind.ts'
import { type World, world } from './testing/world.ts'

/** Another language: each word that there is in English, between « and ». */
function marked(words: unknown): unknown {
  if (typeof words === 'string') return `«${words}»`
  if (typeof words === 'function') return (...given: unknown[]) => marked(words(...given))
  if (Array.isArray(words)) return words.map(marked)
  return Object.fromEntries(Object.entries(words as object).map(([name, value]) => [name, marked(value)]))
}

const language = 'x-marked'
const words = marked(en) as Words
// the names of days and months come from the runtime
const known = { ...words, time: { ...words.time, locale: en.time.locale } }
Object.assign(catalogue, { [language]: known })

/** What people wrote and what has no language. */
const data = [
  ...['Northwind', 'Storefront', 'Checkout', 'Payments API', 'Shop', 'Platform', 'production'],
  ...['checkout', 'storefront', 'payments-api'],
  'Card payments fail for some customers',
  'Some card payments fail with “declined”. Bank transfers work.',
  'The release at 14:02 rejects cards that need 3-D Secure. We are rolling it back. Payments already made are safe.',
  ...['Search results were out of date', 'New articles are missing.', 'The index is whole again.'],
  ...['Checkout is down', 'Nobody can pay.', 'All is well.'],
  ...['Europe/Tallinn', 'UTC', 'Status'],
].sort((one, other) => other.length - one.length)

const entities: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
}

/** What a page says to those who read it and to those who listen, one text after another. */
function textsOf(html: string): string[] {
  const attributes = html.matchAll(/ (?:aria-label|alt|placeholder|title|data-label|data-yours)="([^"]*)"/g)
  const content = html.matchAll(
    /<meta (?:name="description"|property="og:(?:title|description|image:alt)") content="([^"]*)"/g,
  )
  const visible = html.replace(/<(script|style)\b.*?<\/\1>/gs, '').replace(/<[^>]*>/g, '\n')
  return [visible, ...[...attributes, ...content].map(([, text = '']) => text)].map((text) =>
    text.replace(/&\w+;|&#\d+;/g, (entity) => entities[entity] ?? entity),
  )
}

/** The words of a page that are in no language: neither marked nor data nor a date. */
function forgotten(html: string): string[] {
  return textsOf(html).flatMap((given) => {
    let text = given
    for (let before = ''; before !== text; ) {
      before = text
      text = text.replace(/«[^«»]*»/g, ' ')
    }
    for (const one of data) text = text.replaceAll(one, ' ')
    const dates = /\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b/g
    return text.replace(dates, ' ').match(/\p{L}+/gu) ?? []
  })
}

async function reader(ship: World) {
  await ship.db.updateTable('site').set({ language }).execute()
  const { inject } = await startTestApp(ship)
  return async (url: string) => (await inject({ url, headers: { accept: 'text/html' } })).body
}

async function pagesOf(read: (url: string) => Promise<string>) {
  const listed = (await read('/sitemap.xml')).matchAll(/<loc>http:\/\/localhost:8080([^<]*)<\/loc>/g)
  return [...listed].map(([, path = '']) => path)
}

/** Each thing that a line of the log can say. */
async function allStates({ ship, say }: Awaited<ReturnType<typeof northwindInTrouble>>) {
  await say('storefront', 'release.progress', { version: '6.1', percent: 10 })
  await say('payments', 'release.started', { version: '9.1' })
  await say('payments', 'release.failed', { version: '9.1' })
  await say('payments', 'release.started', { version: '9.2' })
  await say('storefront', 'release.started', { version: '6.0', run: 'wrong', kind: 'rollback' })
  await say('storefront', 'release.failed', { version: '6.0', run: 'wrong', kind: 'rollback' })
  const no_way = await say('payments', 'release.succeeded', { version: '9.3' })
  const given = { title: 'Checkout is down', body: 'Nobody can pay.', cause: 'release' as const }
  const hurt = { component: 'payments-api', status: 'degraded_performance' as const }
  const { id } = await declareIncident(ship, { ...given, cause_release_id: no_way, components: [hurt] })
  const remedy = { remedy: 'rolled_forward' as const, remedy_reason: 'All is well.' }
  for (let more = 0; more < 3; more++) await postUpdate(ship, id, { body: 'Nobody can pay.' })
  ship.wait(5)
  await postUpdate(ship, id, { state: 'resolved', body: 'All is well.', ...remedy })
}

test('every word that customers read comes from the page’s language', async () => {
  const shop = await northwindInTrouble()
  const { ship, incident, cause } = shop
  await allStates(shop)
  const read = await reader(ship)
  const pages = await pagesOf(read)
  for (const path of ['/', '/releases', '/rollbacks', `/incidents/${incident.id}`, `/releases/${cause}`]) {
    assert.ok(pages.includes(path), path)
  }
  for (const path of [...pages, '/releases?component=checkout', '/history?show=caused', '/embed/frame']) {
    const html = await read(path)
    assert.match(html, /«/, path)
    assert.deepEqual(forgotten(html), [], path)
  }
})

test('so does every word of a quiet page, of an empty one, and of a page that is not there', async () => {
  for (const ship of [(await northwind()).ship, await world()]) {
    const read = await reader(ship)
    for (const path of await pagesOf(read)) assert.deepEqual(forgotten(await read(path)), [], path)
  }
  const nowhere = forgotten(await (await reader((await northwind()).ship))('/nowhere'))
  // what is said to programs too, which know no language
  assert.equal(nowhere.join(' '), 'There is nothing at this address')
})

test('badges and the release feed speak the page’s language too', async () => {
  const read = await reader((await northwindInTrouble()).ship)
  assert.equal(JSON.parse(await read('/badge/checkout.json')).message, '«partial outage»')
  assert.equal(JSON.parse(await read('/badge/payments-api.json?metric=version')).message, '8.2.1')
  assert.match(await read('/releases.atom'), /<title>«Rolling back»: Checkout 2\.14\.0 → 2\.13\.4<\/title>/)
  assert.match(await read('/llms.txt'), /^> ««Checkout is partly down»|^> «Checkout is partly down»/m)
})
