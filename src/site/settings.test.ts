import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestApp } from '../testing/http.ts'
import { northwindInTrouble } from '../testing/northwind.ts'
import { world } from '../testing/world.ts'
import { editSite } from './actions.ts'
import { readSite } from './store.ts'

const all = {
  name: 'Northwind',
  time_zone: 'Europe/Tallinn',
  language: 'en',
  accent: '#0F766E',
  public_releases: 'eventful',
  public_percent: 'shown',
  header: 'We *build* ships.',
  footer: 'Write to [us](mailto:help@northwind.example).',
  domain: 'Status.Northwind.example',
  'links.0.label': 'Shop',
  'links.0.url': 'https://northwind.example',
  'links.1.label': '',
  'links.1.url': '',
}

async function settings() {
  const ship = await world()
  const server = await startTestApp(ship)
  const admin = await server.signedIn('admin')
  const page = await admin.get('/admin/settings')
  const text = async (url: string) => (await server.inject({ url, headers: { accept: 'text/html' } })).body
  return { ship, server, admin, page, text }
}

test('all that a page can be is set in one form, and the journal names what became different', async () => {
  const { ship, admin } = await settings()
  assert.equal((await admin.post('/admin/settings', { ...all, version: '0' })).statusCode, 303)
  const { page_id, version, ...site } = await readSite(ship)
  assert.deepEqual(site, {
    name: 'Northwind',
    time_zone: 'Europe/Tallinn',
    language: 'en',
    domain: 'status.northwind.example',
    links: [{ label: 'Shop', url: 'https://northwind.example' }],
    accent: '#0f766e',
    public_releases: 'eventful',
    public_percent: 'shown',
    header: 'We *build* ships.',
    footer: 'Write to [us](mailto:help@northwind.example).',
    logo: null,
  })
  const cleared = { accent: '', domain: '', header: '', footer: '', 'links.0.label': '', 'links.0.url': '' }
  await admin.post('/admin/settings', { ...all, ...cleared, version: '1' })
  const after = await readSite(ship)
  assert.deepEqual([after.accent, after.domain, after.header, after.links], [null, null, '', []])
  const lines = await ship.db
    .selectFrom('journal')
    .select('detail')
    .where('action', '=', 'site.edited')
    .orderBy('id')
    .execute()
  assert.deepEqual(JSON.parse(lines[1]?.detail ?? '{}').changed.sort(), [
    'accent',
    'domain',
    'footer',
    'header',
    'links',
  ])
})

test('each thing that is wrong is said beside its field, and all that was typed stays', async () => {
  const { ship, admin } = await settings()
  const typed = {
    ...all,
    accent: '#ffcc00',
    domain: 'a.com:80',
    public_releases: 'some',
    public_percent: '10 %',
    header: 'h'.repeat(5001),
    'links.1.label': 'Run me',
    'links.1.url': 'javascript:alert(1)',
    version: '0',
  }
  const answer = await admin.post('/admin/settings', typed)
  assert.equal(answer.statusCode, 422)
  for (const [field, words] of [
    ['accent', '#ffcc00 reaches 1.4:1 on our paper; text needs 4.5:1. #'],
    ['domain', 'Without a port'],
    ['header', 'The header has at most 5,000 characters.'],
    ['links.1.url', 'The address of a link begins with'],
  ] as const) {
    assert.ok(answer.body.includes(`id="${field}-error">${words}`), field)
    assert.ok(answer.body.includes(`href="#${field}"`), `the list on top leads to ${field}`)
  }
  for (const value of ['Northwind', '#ffcc00', 'a.com:80', 'Run me', 'javascript:alert(1)', 'Shop']) {
    assert.ok(answer.body.includes(`value="${value}"`), value)
  }
  assert.ok(answer.body.includes('h'.repeat(5001)) && answer.body.includes(all.footer), 'texts too')
  assert.equal((await readSite(ship)).version, 0)
})

test('two admins: whoever saves later sees all that the other saved, and loses nothing of the own', async () => {
  const { ship, admin } = await settings()
  const other = {
    name: 'Southwind',
    time_zone: 'UTC',
    accent: '#8c1a14',
    domain: 'up.southwind.example',
    version: 0,
  }
  await editSite(ship, {
    ...other,
    public_releases: 'none',
    public_percent: 'shown',
    links: [{ label: 'Docs', url: 'https://docs.example' }],
  })
  const late = await admin.post('/admin/settings', { ...all, version: '0' })
  assert.equal(late.statusCode, 409)
  for (const words of [
    'Southwind',
    '#8c1a14',
    'up.southwind.example',
    'Docs (https://docs.example)',
    '<dd>None</dd>',
  ]) {
    assert.ok(late.body.includes(words), words)
  }
  for (const words of [
    'value="Northwind"',
    'value="#0F766E"',
    'We *build* ships.',
    'value="Shop"',
    'value="eventful" checked',
  ]) {
    assert.ok(late.body.includes(words), words)
  }
  assert.match(late.body, /name="version" value="1"/)
})

test('hostile words and names are read as words: no element, no script and no style of theirs reaches the page', async () => {
  const { ship, text } = await settings()
  const hostile = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '[run](javascript:alert(1)) [data](data:text/html,x) ![pixel](https://evil.example/p.png)',
    '<style>*{display:none}</style>',
    '</main></body></html>',
    '[a](https://ok.example "t\\" onmouseover=\\"alert(1)")',
    '<%= it.site.page_id %>',
    '# Heading',
  ].join('\n\n')
  const name = '"><script>alert(2)</script>'
  const links = [{ label: name.slice(0, 40), url: 'https://ok.example/?a="><script>' }]
  await editSite(ship, { name, time_zone: 'UTC', header: hostile, footer: hostile, links, version: 0 })
  const { page_id } = await readSite(ship)
  for (const url of ['/', '/releases', '/login', '/nowhere']) {
    const body = await text(url)
    assert.doesNotMatch(body, /<script>|<style|<img|href="(javascript|data):/i, url)
    const tags = (body.match(/<[a-z][^>]*>/g) ?? []).map((tag) => tag.replace(/"[^"]*"/g, '""'))
    assert.ok(!tags.some((tag) => /\son\w+=/.test(tag)), url)
    assert.ok(!body.includes(page_id), url)
    assert.equal(body.split('</html>').length, 2, url)
  }
  const body = await text('/')
  assert.equal(body.split('&lt;script&gt;alert(1)').length, 3, 'in the header and in the footer, as words')
  assert.ok(!body.includes('<h1>Heading'), 'headings are the page’s own')
  const links_shown = body.match(/href="https:\/\/ok\.example[^"]*"/g) ?? []
  assert.equal(links_shown.length, 3)
})

test('the settings page shows how the accent reads, and its form names every field', async () => {
  const { ship, admin, page } = await settings()
  assert.ok(!page.body.includes('class="accents"'))
  await editSite(ship, { name: 'Northwind', time_zone: 'UTC', accent: '#0f766e', version: 0 })
  const { body } = await admin.get('/admin/settings')
  assert.match(body, /<code>#0f766e<\/code> 5\.\d:1 on our paper/)
  assert.match(body, /on dark panels/)
  const controls = [
    ...body.matchAll(/<(?:input(?! type="(?:hidden|radio)")|textarea|select)[^>]* id="([^"]+)"/g),
  ]
  assert.ok(controls.length >= 12)
  for (const [, id = ''] of controls) assert.ok(body.includes(`<label for="${id}">`), id)
})

test('links in what customers read begin with the page’s domain, those of operators with the set origin', async () => {
  const { ship } = await northwindInTrouble()
  const { name, time_zone, version } = await readSite(ship)
  await editSite(ship, { name, time_zone, version, domain: 'status.northwind.example' })
  const server = await startTestApp(ship, { home: 'https://ship.northwind.example' })
  const origins = new Map<string, string>()
  server.app.addHook('onSend', async (request, reply, payload) => {
    const { h } = reply.locals as { h?: { url(path: string): string } }
    if (h) origins.set(request.url, h.url(''))
    return payload
  })
  const admin = await server.signedIn('admin')
  await admin.get('/admin/settings')
  await server.inject('/')
  await server.inject('/releases')
  assert.equal(origins.get('/'), 'https://status.northwind.example')
  assert.equal(origins.get('/releases'), 'https://status.northwind.example')
  assert.equal(origins.get('/admin/settings'), 'https://ship.northwind.example')
  const posted = await admin.post('/admin/settings', { name, time_zone, version: String(version + 1) })
  assert.equal(posted.statusCode, 303, 'forms still come from the set origin')
})

test('a page whose releases are not public offers no way to them', async () => {
  const { ship, text } = await settings()
  assert.match(await text('/'), /<a href="\/releases">/)
  await editSite(ship, { name: 'Northwind', time_zone: 'UTC', public_releases: 'none', version: 0 })
  const [, nav] = (await text('/')).split(/<\/?nav/)
  assert.ok(nav?.includes('href="/"') && !nav.includes('/releases') && !nav.includes('/rollbacks'))
})

test('what a token sets by API is checked as the form is', async () => {
  const { server } = await settings()
  const headers = { authorization: await server.token('admin') }
  const patch = (payload: object) => server.inject({ method: 'PATCH', url: '/api/v1/site', headers, payload })
  const given = {
    accent: '#0f766e',
    links: [{ label: 'Shop', url: 'https://a.example' }],
    public_releases: 'none',
  }
  const { page_id, ...made } = (await patch(given)).json()
  assert.deepEqual([made.accent, made.links, made.public_releases], ['#0f766e', given.links, 'none'])
  const kept = (await patch({ domain: 'A.example', header: 'Hi' })).json()
  assert.deepEqual([kept.accent, kept.domain, kept.page_id], ['#0f766e', 'a.example', page_id])
  assert.equal((await patch({ accent: null })).json().accent, null)
  for (const wrong of [
    { accent: '#ffcc00' },
    { domain: 'a.com:80' },
    { links: [{ label: 'x', url: 'javascript:alert(1)' }] },
    { links: 'all' },
    { public_releases: 'some' },
    { language: 'tlh' },
    { footer: 'x'.repeat(5001) },
    { header: 7 },
  ]) {
    assert.equal((await patch(wrong)).statusCode, 422, JSON.stringify(wrong).slice(0, 60))
  }
  await patch({ page_id: 'mine', logo: '/logo/mine.svg' })
  const { json } = await server.inject({ url: '/api/v1/site', headers })
  assert.deepEqual([json().page_id, json().logo], [page_id, null], 'these are not for setting')
})

test('settings are kept alike on both stores, and two who save at once are told apart', async () => {
  const ship = await world()
  const given = {
    name: 'Northwind',
    time_zone: 'UTC',
    links: [{ label: 'Ä', url: 'https://a.example' }],
    version: 0,
  }
  const saved = await Promise.allSettled([editSite(ship, given), editSite(ship, { ...given, name: 'Other' })])
  assert.deepEqual(saved.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.deepEqual((await readSite(ship)).links, given.links)
})
