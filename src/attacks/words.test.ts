import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { declareIncident } from '../incidents/actions.ts'
import { postUpdate } from '../incidents/updates.ts'
import { planMaintenance } from '../maintenance/actions.ts'
import { markdown } from '../platform/markdown.ts'
import { savePostmortem } from '../postmortems/actions.ts'
import { markBad } from '../releases/bad.ts'
import { recordByHand } from '../releases/by-hand.ts'
import { editSite } from '../site/actions.ts'
import { createSource } from '../sources/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { type World, world } from '../testing/world.ts'

const attacks = [
  `<script>alert(1)</script><img src=x onerror=alert(1)>`,
  `</script><script>alert(1)</script>\u2028`,
  `"' onmouseover=alert(1) x="`,
  `</title></textarea></style><svg/onload=alert(1)>`,
  `<%= 7*7 %>{{7*7}}\${7*7}{% include 'x' %}#{7*7}`,
  `]]><!--<![CDATA[--><x>`,
  `=cmd|'/c calc'!A1\r\nATTENDEE:mailto:evil@x`,
  `../../etc/passwd\u202e\u2066`,
  `javascript:alert(1)//http://x`,
]

const oneLine = (words: string) => words.replaceAll(/[\r\n\u2028]+/g, ' ').trim()

/** A world in which everything that has words says this. */
async function town(words: string): Promise<World> {
  const ship = (await world()).as({ kind: 'user', id: 'eve000000000', name: words })
  const line = oneLine(words)
  await editSite(ship, { name: line, time_zone: 'UTC', header: words, footer: words, version: 0 })
  const made = await createComponent(ship, {
    name: line,
    slug: 'shop',
    group: line,
    description: words,
    owners: line,
  } as never)
  const release = await recordByHand(ship, {
    component: 'shop',
    version: line,
    message: words,
    reason: words,
  })
  await markBad(ship, release.id, { reason: words })
  const incident = await declareIncident(ship, {
    title: line,
    body: words,
    cause: 'release',
    cause_release_id: release.id,
    components: [{ component: made.id, status: 'major_outage' }],
  })
  await postUpdate(ship, incident.id, {
    body: words,
    state: 'resolved',
    remedy: 'rolled_forward',
    remedy_reason: words,
  })
  await savePostmortem(ship, incident.id, { body: words })
  await createSource(ship, { name: line, kind: 'github' })
  const span = { starts_at: '2026-11-23T11:00:00Z', ends_at: '2026-11-24T11:00:00Z' }
  await planMaintenance(ship, { title: line, body: words, ...span, components: ['shop'] })
  return ship
}

const tag = /<\/?([a-z][\w-]*)((?:\s+[^\s"'<>/=]+(?:="[^"]*")?)*)\s*\/?>/gi

/** What of a page a browser would run, load or follow that no page of ours has. */
function aliveIn(html: string): string[] {
  const data = html.replace(/<script type="application\/ld\+json">[^<]*<\/script>/g, '')
  const tags = [...data.matchAll(tag)].map(([whole, name = '', attributes = '']) => ({
    whole,
    name: name.toLowerCase(),
    attributes,
  }))
  const foreign = tags.filter(
    ({ name, attributes }) =>
      name === 'x' ||
      /\son\w+\s*=/i.test(attributes.replace(/"[^"]*"/g, '""')) ||
      /(?:href|src|action)="\s*(?:javascript|data|vbscript):/i.test(attributes) ||
      (name === 'script' && attributes !== '' && !/src="\//.test(attributes)) ||
      (name === 'img' && /src="?x/.test(attributes)),
  )
  const bare = [...data.replace(tag, '').matchAll(/<(?!!doctype)[^\s=\d].{0,40}/gi)].map(([found]) => found)
  return [...foreign.map(({ whole }) => whole), ...bare, ...(data.match(/<script>/gi) ?? [])]
}

const escaped = (text: string) =>
  text.replace(
    /[&<>"']/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? '&#39;',
  )

test('the check of living markup sees what it looks for', () => {
  const living = [
    attacks[0] ?? '',
    attacks[3] ?? '',
    '<a href="javascript:alert(1)">',
    '<p class="x" onclick="a()">',
    '<script src="http://x">',
    '<x>',
  ]
  for (const html of living) assert.notDeepEqual(aliveIn(`<p>${html}</p>`), [], html)
  assert.deepEqual(
    aliveIn('<!doctype html><p class="a" hidden>1 < 2 &lt;x&gt;</p><script src="/a.js" defer></script>'),
    [],
  )
})

for (const words of attacks) {
  test(`${JSON.stringify(words)} is text on every page of customers and operators`, async () => {
    const ship = await town(words)
    const server = await startTestApp(ship)
    const admin = await server.signedIn('admin')
    const ids = async (table: 'incidents' | 'releases' | 'maintenances' | 'sources') =>
      (await ship.db.selectFrom(table).select('id').orderBy('id', 'desc').execute())[0]?.id ?? ''
    const [incident, release, work, source] = [
      await ids('incidents'),
      await ids('releases'),
      await ids('maintenances'),
      await ids('sources'),
    ]
    const open = [
      '/',
      '/history',
      '/releases',
      '/rollbacks',
      '/components/shop',
      `/incidents/${incident}`,
      `/releases/${release}`,
      `/maintenance/${work}`,
      '/embed/frame',
    ]
    const own = [
      '',
      '/incidents',
      `/incidents/${incident}`,
      `/incidents/${incident}/postmortem`,
      `/incidents/${incident}/edit`,
      '/releases',
      `/releases/${release}`,
      '/components',
      '/sources',
      `/sources/${source}`,
      '/journal',
      '/maintenance',
      `/maintenance/${work}`,
      '/settings',
      '/search?q=alert',
      '/rollbacks',
    ]
    for (const path of [...open, ...own.map((path) => `/admin${path}`)]) {
      const { statusCode, body } = await admin.get(path)
      assert.equal(statusCode, 200, path)
      assert.deepEqual(aliveIn(body), [], path)
      if (path === '/' || path === '/admin')
        assert.ok(body.includes(escaped(oneLine(words))), `${path} says it as it is`)
    }
    const calendar = (await admin.get('/maintenance.ics')).body
    assert.doesNotMatch(calendar, /^ATTENDEE/m)
    const csv = await admin.get('/admin/journal.csv')
    assert.doesNotMatch(csv.body, /(?:^|,)"?[=+@]/m)
  })
}

const heavy = [
  '[',
  '*',
  '`',
  '>',
  '|a',
  '&amp',
  '![',
  '<',
  '_a',
  '\\',
  '[a](',
  '- ',
  '~~',
  'a\n\n',
  '[a]: b\n',
  ' '.repeat(3),
  '#',
  '**a ',
]
test('a text that is made to be slow is read in time that grows no faster than the text', () => {
  for (const one of heavy) {
    const took = (bytes: number) => {
      const began = process.cpuUsage()
      markdown(one.repeat(bytes / one.length))
      const { user, system } = process.cpuUsage(began)
      return (user + system) / 1000
    }
    took(1_000)
    const [short, long] = [took(8_000), took(64_000)]
    assert.ok(
      long < Math.max(250, short * 8 * 6),
      `${JSON.stringify(one)}: 8 KB took ${short} ms, 64 KB ${long} ms`,
    )
  }
})

test('a question that is made to be slow is answered, and so is an address', async () => {
  const server = await startTestApp(await world())
  const admin = await server.signedIn('admin')
  for (const one of ['[', '*', '"', '(a', 'a ', '%', 'ß', 'a-', 'NEAR ', ' OR ']) {
    const answer = await admin.get(`/admin/search?q=${encodeURIComponent(one.repeat(2_000 / one.length))}`)
    assert.ok(answer.statusCode < 500, one)
  }
  for (const path of [
    '/'.repeat(8_000),
    `/${'a/'.repeat(4_000)}`,
    `/?${'a=b&'.repeat(3_000)}`,
    `/${'%61'.repeat(4_000)}`,
  ]) {
    assert.ok((await server.inject(path)).statusCode < 500)
  }
})
