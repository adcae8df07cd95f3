import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent, setStatusByHand } from './components/actions.ts'
import { createGroup } from './components/groups.ts'
import { planFreeze } from './gate/freezes.ts'
import { declareIncident, deleteIncident } from './incidents/actions.ts'
import { mergeIncident } from './incidents/merging.ts'
import { addNote } from './incidents/notes.ts'
import { deleteUpdate, postUpdate } from './incidents/updates.ts'
import { hideIncident } from './incidents/visibility-actions.ts'
import { planMaintenance } from './maintenance/actions.ts'
import { publishPostmortem, savePostmortem } from './postmortems/actions.ts'
import { addItem, removeItem } from './postmortems/items.ts'
import { markBad } from './releases/bad.ts'
import { recordByHand } from './releases/by-hand.ts'
import { releaseById } from './releases/store.ts'
import { setPlan } from './rollbacks/plan-actions.ts'
import { answerReadiness } from './rollbacks/readiness-actions.ts'
import { setReceiver } from './rollbacks/receiver.ts'
import { requestRollback } from './rollbacks/requests.ts'
import { createSource } from './sources/actions.ts'
import { startTestApp } from './testing/http.ts'
import { ada, type World, world } from './testing/world.ts'

/** What no customer may read has this word in it, wherever it has words at all. */
const secret = /c0nfidential/i

/** A shop with one open door, and behind it everything that is kept from customers. */
async function harbour() {
  const ship = (await world()).as({ ...ada, name: 'Ada C0nfidential' })
  const vault = { name: 'Vault C0nfidential', slug: 'vault', description: 'c0nfidential' }
  const hidden = await createComponent(ship, { ...vault, visibility: 'private', group: 'C0nfidential group' })
  await createGroup(ship, { name: 'Empty C0nfidential' })
  const runs = { owners: 'Team C0nfidential', owners_url: 'https://c0nfidential.example/' }
  const where = {
    chat_url: 'https://chat.example/c0nfidential',
    runbook_url: 'https://wiki.example/c0nfidential',
  }
  const shop = await createComponent(ship, { name: 'Shop', ...runs, ...where })
  const note = { message: 'c0nfidential', reason: 'c0nfidential' }
  const inVault = await recordByHand(ship, { component: 'vault', version: '1-c0nfidential', ...note })
  const undone = await recordByHand(ship, {
    component: 'vault',
    version: '0-c0nfidential',
    kind: 'rollback',
    ...note,
  })
  const staged = await recordByHand(ship, {
    component: 'shop',
    environment: 'staging',
    version: '2-c0nfidential',
  })
  const out = await recordByHand(ship, { component: 'shop', version: '3.0.0', ...note })
  const asked = await waysBack(ship, { release: out.id, vault: hidden.id })
  const source = await createSource(ship, { name: 'C0nfidential tool', kind: 'github' })
  const told = await incidents(ship, inVault.id)
  await setStatusByHand(ship, { component_id: hidden.id, status: 'degraded_performance' })
  const work = await maintenances(ship)
  const ids = {
    shut: [
      hidden.id,
      'vault',
      inVault.id,
      undone.id,
      staged.id,
      told.ofVault.id,
      told.deleted.id,
      work.ofVault.id,
      ...told.ofTeam,
      source.source.id,
      ...asked,
    ],
    open: [shop.id, 'shop', out.id, told.open.id, work.open.id],
  }
  return { server: await startTestApp(ship), ids }
}

/** All that is said of the way back from a public release: nothing of it is for customers. */
async function waysBack(ship: World, { release, vault }: { release: string; vault: string }) {
  const url = 'https://c0nfidential.example/c0nfidential'
  await setPlan(ship, (await releaseById(ship, release)).component_id, {
    runbook: 'c0nfidential',
    artifact_url: `${url}/{version}`,
  })
  await setReceiver(ship, 'shop', { recipe: 'webhook', url })
  ship.wait(1)
  await recordByHand(ship, {
    component: 'shop',
    version: '3.1.0',
    message: 'c0nfidential',
    reason: 'c0nfidential',
  })
  await answerReadiness(ship, release, { artifact_ref: 'c0nfidential', roll_forward_reason: 'c0nfidential' })
  const { request } = await requestRollback(
    ship,
    { component: 'shop', reason: 'c0nfidential', despite: true },
    url,
  )
  await markBad(ship, release, { reason: 'c0nfidential' })
  const span = { starts_at: '2026-11-23T08:00:00Z', ends_at: '2026-11-24T08:00:00Z' }
  const freeze = await planFreeze(ship, { reason: 'c0nfidential', ...span, may_pass: ['C0nfidential'] })
  const about_vault = await planFreeze(ship, { reason: 'c0nfidential', ...span, components: [vault] })
  return [request.id, request.call_id ?? '', freeze.id, about_vault.id]
}

async function incidents(ship: World, vault_release: string) {
  const down = (...names: string[]) =>
    names.map((component) => ({ component, status: 'major_outage' as const }))
  const cause = { cause: 'release' as const, cause_release_id: vault_release }
  const words = { title: 'The c0nfidential', body: 'c0nfidential' }
  const ofVault = await declareIncident(ship, { ...words, ...cause, components: down('vault') })
  const deleted = await declareIncident(ship, { ...words, components: down('shop') })
  await learned(ship, deleted.id, 'c0nfidential')
  await deleteIncident(ship, deleted.id)
  const open = await declareIncident(ship, {
    title: 'Payments fail',
    body: 'We look.',
    ...cause,
    components: down('shop', 'vault'),
  })
  const slip = await postUpdate(ship, open.id, { body: 'A c0nfidential slip.', components: down('vault') })
  await deleteUpdate(ship, open.id, slip.id)
  const remedy = {
    remedy: 'rolled_forward' as const,
    remedy_reason: 'c0nfidential',
    remedy_release_id: vault_release,
  }
  await postUpdate(ship, open.id, { body: 'It is over.', state: 'resolved', ...remedy })
  await learned(ship, ofVault.id, 'c0nfidential')
  await learned(ship, open.id, 'We test more.')
  await addNote(ship, open.id, { body: 'c0nfidential' })
  return { ofVault, deleted, open, ofTeam: await keptToTheTeam(ship, open.id) }
}

/** Kept to the team from the start, hidden afterwards, and found to be the same as one that customers read. */
async function keptToTheTeam(ship: World, same_as: string) {
  const words = { title: 'The c0nfidential', body: 'c0nfidential' }
  const hurt = [{ component: 'shop', status: 'partial_outage' as const }]
  const secret = { ...words, visibility: 'private' as const, components: hurt }
  const [born, merged, hidden] = [
    await declareIncident(ship, secret),
    await declareIncident(ship, { ...secret, state: 'resolved' }),
    await declareIncident(ship, { ...words, components: hurt }),
  ]
  await mergeIncident(ship, merged.id, { into: same_as })
  await learned(ship, hidden.id, 'c0nfidential')
  await hideIncident(ship, hidden.id)
  return [born.id, merged.id, hidden.id]
}

/** A postmortem with an item whose owner, and another one that was removed, are nobody's outside. */
async function learned(ship: World, incident_id: string, body: string) {
  await postUpdate(ship, incident_id, { body, state: 'resolved' })
  await savePostmortem(ship, incident_id, { body })
  await publishPostmortem(ship, incident_id)
  await addItem(ship, incident_id, { words: body, owner: 'Ada C0nfidential' })
  const removed = await addItem(ship, incident_id, { words: 'c0nfidential' })
  await removeItem(ship, removed.id)
}

/** One for the vault alone, and one for the shop too, for a release of the vault. */
async function maintenances(ship: World) {
  const span = { starts_at: '2026-11-23T11:00:00Z', ends_at: '2026-11-23T20:00:00Z' }
  const words = { title: 'The c0nfidential', body: 'c0nfidential', repeats: 'FREQ=DAILY' }
  const ofVault = await planMaintenance(ship, { ...words, ...span, components: ['vault'] })
  const release = { component: 'vault', version: '1-c0nfidential' }
  const open = await planMaintenance(ship, {
    title: 'New disks',
    body: 'Slow searches.',
    ...span,
    components: ['shop', 'vault'],
    release,
  })
  return { ofVault, open }
}

test('nothing that is kept from customers is on any page or in any answer that needs no token', async () => {
  const { server, ids } = await harbour()
  const every = [...ids.shut, ...ids.open]
  const lists = [
    '/api/v1/components',
    '/api/v1/groups',
    '/api/v1/releases',
    '/api/v1/rollbacks',
    '/api/v1/incidents',
    '/api/v1/maintenances',
  ]
  const addresses = ['/', '/releases', '/rollbacks', '/openapi.json', '/login', ...lists]
  const words = [
    'show=deleted',
    'show=all',
    'environment=staging',
    'state=lost',
    'kind=rollback',
    'archived=true',
  ]
  const cursors = ids.shut.map((id) => `cursor=${id}`)
  const filters = [...cursors, ...ids.shut.slice(0, 2).map((id) => `component=${id}`), 'component=shop']
  for (const list of ['/releases', ...lists]) {
    for (const filter of [...filters, ...words]) addresses.push(`${list}?${filter}`)
  }
  for (const place of ['/incidents', '/maintenance', '/releases', '/components', ...lists]) {
    for (const id of every) addresses.push(`${place}/${id}`)
  }
  const all = { authorization: await server.token('admin') }
  assert.match((await server.inject({ url: '/api/v1/releases', headers: all })).body, secret)
  for (const url of addresses) {
    const answer = await server.inject({ url, headers: { accept: 'text/html' } })
    assert.ok(answer.statusCode < 500, url)
    assert.doesNotMatch(answer.body, secret, url)
    const named = ids.shut.filter((id) => id !== 'vault' && answer.body.includes(id))
    assert.deepEqual(named, [], url)
  }
})

/** Every public answer that is the same for everybody, with what is open and what is shut in the place of its id. */
const places: Record<string, { ids?: (ids: Ids) => string[]; queries?: string[] }> = {
  '/': {},
  '/releases': { queries: ['component=shop', 'component=vault'] },
  '/rollbacks': {},
  '/history': {
    queries: ['show=incidents', 'show=caused', 'show=rolled_back', 'component=shop', 'component=vault'],
  },
  '/history/:month': { ids: () => ['2026-11'], queries: ['show=caused', 'component=vault'] },
  '/incidents/:id': { ids: every },
  '/releases/:id': { ids: every },
  '/maintenance/:id': { ids: every },
  '/components/:id': { ids: every },
  '/history.atom': {},
  '/history.rss': {},
  '/feed.json': {},
  '/releases.atom': {},
  '/maintenance.ics': {},
  '/badge.json': { queries: ['component=vault', 'component=vault&metric=version', 'metric=uptime'] },
  '/badge.svg': { queries: ['component=vault', 'component=vault&metric=version', 'metric=uptime'] },
  '/badge/:component.json': { ids: every, queries: ['metric=version', 'metric=uptime'] },
  '/badge/:component.svg': { ids: every, queries: ['metric=version', 'metric=uptime'] },
  '/embed/frame': { queries: ['mobile=true'] },
  '/embed/script.js': {},
  '/se-v2.js': {},
  '/robots.txt': {},
  '/llms.txt': {},
  '/sitemap.xml': {},
  '/.well-known/security.txt': {},
  '/api/v2/summary.json': {},
  '/api/v2/status.json': {},
  '/api/v2/components.json': {},
  '/api/v2/incidents.json': {},
  '/api/v2/incidents/unresolved.json': {},
  '/api/v2/scheduled-maintenances.json': {},
  '/api/v2/scheduled-maintenances/upcoming.json': {},
  '/api/v2/scheduled-maintenances/active.json': {},
  '/api/v1/components': { queries: ['archived=true', 'limit=100'] },
  '/api/v1/components/:component': { ids: every },
  '/api/v1/components/:component/uptime': { ids: every },
  '/api/v1/incidents': { queries: ['show=all', 'show=deleted'] },
  '/api/v1/incidents/:id': { ids: every },
  '/api/v1/incidents/:id/postmortem': { ids: every },
  '/api/v1/maintenances': { queries: ['show=all', 'show=coming'] },
  '/api/v1/maintenances/:id': { ids: every },
  '/api/v1/releases': { queries: ['component=vault', 'environment=staging', 'kind=rollback'] },
  '/api/v1/releases/:id': { ids: every },
  '/api/v1/rollbacks': { queries: ['component=vault', 'environment=staging'] },
}
type Ids = Awaited<ReturnType<typeof harbour>>['ids']
function every({ shut, open }: Ids) {
  return [...shut, ...open]
}

test('every public answer there is was searched for what is kept from customers', async () => {
  const { server, ids } = await harbour()
  const kept = server.routes.filter(({ method, kept }) => method === 'GET' && kept).map(({ url }) => url)
  assert.deepEqual(kept.toSorted(), Object.keys(places).sort(), 'name each public answer in `places`')
  for (const [place, { ids: named = () => [''], queries = [] }] of Object.entries(places)) {
    for (const id of named(ids)) {
      for (const query of ['', ...queries.map((one) => `?${one}`)]) {
        const url = place.replace(/:(id|component|month)/, id) + query
        const answer = await server.inject({ url, headers: { accept: 'text/html' } })
        const shut = ids.shut.includes(id) || /vault/.test(query)
        assert.ok(answer.statusCode === 200 || answer.statusCode === 404, `${url}: ${answer.statusCode}`)
        if (ids.shut.includes(id)) assert.equal(answer.statusCode, 404, url)
        if (id === '' && !shut) assert.equal(answer.statusCode, 200, url)
        assert.doesNotMatch(answer.body, secret, url)
        const leaked = ids.shut.filter((one) => one !== 'vault' && answer.body.includes(one))
        assert.deepEqual(leaked, [], url)
      }
    }
  }
})

test('what is kept from customers answers exactly as what never was', async () => {
  const { server, ids } = await harbour()
  const told = async (url: string) => {
    const { statusCode, body } = await server.inject({ url, headers: { accept: 'application/json' } })
    return { statusCode, body: body.replace(/"request_id":"[^"]+"/, '') }
  }
  const pages = [
    '/incidents/',
    '/maintenance/',
    '/i/',
    '/releases/',
    '/components/',
    '/releases?cursor=',
    '/releases?component=',
    '/history?component=',
    '/history/',
    '/badge.json?component=',
    '/badge.svg?component=',
  ]
  const api = [
    'components/',
    'components?cursor=',
    'releases/',
    'incidents/',
    'maintenances/',
    'maintenances?cursor=',
    'releases?cursor=',
    'incidents?cursor=',
    'rollbacks?cursor=',
  ]
  for (const place of [...pages, ...api.map((one) => `/api/v1/${one}`)]) {
    const unknown = await told(`${place}nosuchthing0`)
    for (const id of ids.shut) assert.deepEqual(await told(`${place}${id}`), unknown, `${place}${id}`)
  }
})

test('an incident whose cause is kept from customers says neither what it was nor what was done about it', async () => {
  const { server, ids } = await harbour()
  const [, , , id] = ids.open
  const incident = (await server.inject(`/api/v1/incidents/${id}`)).json()
  assert.equal(incident.cause, 'unknown')
  assert.equal(incident.cause_release, null)
  assert.equal(incident.remedy, null)
  assert.equal(incident.remedy_reason, null)
  assert.deepEqual(
    incident.components.map((component: { slug: string }) => component.slug),
    ['shop'],
  )
})
