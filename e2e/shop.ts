import type { AddressInfo } from 'node:net'
import { sign } from '@octokit/webhooks-methods'
import { sql } from 'kysely'
import { addUser } from '../src/accounts/actions.ts'
import { invite } from '../src/accounts/invitations.ts'
import { listInvitations } from '../src/accounts/people-store.ts'
import { createToken } from '../src/accounts/tokens.ts'
import { buildApp } from '../src/app.ts'
import { openNorthwind } from '../src/demo/northwind.ts'
import { makeFront } from '../src/front.ts'
import { endFreeze, planFreeze } from '../src/gate/freezes.ts'
import { declareIncident, editIncident } from '../src/incidents/actions.ts'
import { saveDraft } from '../src/incidents/drafts.ts'
import { mergeIncident } from '../src/incidents/merging.ts'
import { addNote } from '../src/incidents/notes.ts'
import { updatesOf } from '../src/incidents/store.ts'
import { createTemplate } from '../src/incidents/templates.ts'
import { editUpdate, postUpdate } from '../src/incidents/updates.ts'
import { followJournal } from '../src/journal/follow.ts'
import { planMaintenance } from '../src/maintenance/actions.ts'
import { queueCall } from '../src/outbound/actions.ts'
import { sendDue } from '../src/outbound/sending.ts'
import { isForMachines } from '../src/platform/http.ts'
import { Refusal } from '../src/platform/refusal.ts'
import { setPlan } from '../src/rollbacks/plan-actions.ts'
import { answerReadiness } from '../src/rollbacks/readiness-actions.ts'
import { setReceiver } from '../src/rollbacks/receiver.ts'
import { readSecrets } from '../src/sources/actions.ts'
import { historyMonths } from '../src/status/history.ts'
import { type World, world, worldOn } from '../src/testing/world.ts'

export const admin = { email: 'grace@northwind.example', password: 'correct horse battery staple' }
/** When the sample begins. */
export const noon = '2026-11-23T12:37:20.000Z'
const secret = Buffer.alloc(32, 7)

export type Shop = Awaited<ReturnType<typeof openShop>>

/** The real server over a store in memory, in this process, so that its routes can be listed and its clock moved. */
async function openShop(ship: World) {
  const routes: string[] = []
  const settings = { url: null, trusted_proxies: [], log_level: 'silent', secret }
  const { db, now } = ship
  const journal = followJournal(ship)
  const front = makeFront({ now, url: null, files: null, journal })
  const app = await buildApp(
    settings,
    { db, now, secret, committed: journal.committed },
    {
      front,
      onRoute: ({ method, url }) => {
        if ([method].flat().includes('GET')) routes.push(url)
      },
    },
  )
  await app.listen({ port: 0, host: '127.0.0.1' })
  app.server.unref() // a test that breaks off does not wait for it
  const { port } = app.server.address() as AddressInfo
  return {
    /** Its verbs tell the server, as the server's own do. */
    ship: { ...ship, committed: journal.committed } as World,
    origin: `http://127.0.0.1:${port}`,
    server: app.server,
    /** The addresses at which people, not machines, read something. */
    pages: routes.filter((url) => !isForMachines(url)),
    inject: app.inject.bind(app),
    async close() {
      await app.close()
      await db.destroy()
    },
  }
}

/** Nobody has set anything up yet. */
export async function emptyShop() {
  return openShop(await world())
}

/** The Northwind sample, writable: an incident is open, its release is being rolled back, and the inbox waits. */
export async function shopInTrouble() {
  const db = await openNorthwind({ start: new Date(noon), seed: 1, secret })
  await sql`pragma query_only = off`.execute(db)
  const ship = worldOn(db).as({ kind: 'cli', id: null, name: 'command line' })
  ship.at(noon)
  await addUser(ship, { ...admin, name: 'Grace', role: 'admin' })
  const shop = await openShop(ship)
  await reportOddities(shop)
  await callAround(shop)
  await planFreezes(shop)
  await correctIncidents(shop)
  await prepareWaysBack(shop.ship)
  await layTheDesk(shop.ship)
  return shop
}

/** Calls that were taken, refused, and that wait for their next try. */
async function callAround({ ship }: Shop) {
  const { id } = await ship.db.selectFrom('incidents').select('id').executeTakeFirstOrThrow()
  for (const [index, status] of [202, 410, 503].entries()) {
    await queueCall(ship, {
      purpose: 'rollback.requested',
      subject: ['incident', id],
      url: `https://deploy${index}.northwind.example/hooks/rollback?token=x`,
      body: JSON.stringify({ type: 'rollback.requested', data: { component: 'checkout' } }, null, 2),
      headers: { authorization: 'Bearer x' },
      schedule: 'urgent',
    })
    const answer = { status, headers: {}, body_excerpt: '{"answer": "as the receiver gave it"}' }
    await sendDue(ship, { send: async () => answer, head: async () => answer })
  }
}

/** Templates, drafts (one that will publish itself), an edited update and edited facts. */
async function layTheDesk(ship: World) {
  const body = 'Since {{time}} {{component}} refuses cards.'
  await createTemplate(ship, { name: 'Payments fail', used_for: 'incident', title: 'Cards fail', body })
  await createTemplate(ship, { name: 'Going back', used_for: 'update', state: 'identified', body })
  const open = ship.db.selectFrom('incidents').select('id').where('resolved_at', 'is', null)
  const { id } = await open.executeTakeFirstOrThrow()
  const publish_at = '2026-11-23T18:00:00.000Z'
  await saveDraft(ship, { incident_id: id, fields: { body: 'It goes on.' }, publish_at })
  await saveDraft(ship, { incident_id: null, fields: { title: 'Search is slow' } })
  const [said] = await updatesOf(ship, [id])
  await editUpdate(ship, id, said?.id ?? '', { body: `${said?.body} Nothing is lost.` })
  await editIncident(ship, id, { impact: 'critical' })
}

/** Somebody said how each component is rolled back, whom to ask for it, and how each release is taken back. */
async function prepareWaysBack(ship: World) {
  for (const { id } of await ship.db.selectFrom('components').select('id').execute()) {
    await setPlan(ship, id, { rollback_method: 'redeploy_previous', artifact_retained: 'yes' })
    await setReceiver(ship, id, { recipe: 'webhook', url: 'https://deploy.northwind.example/shiplog' })
  }
  for (const id of await releasesOfEachLook(ship.db)) {
    await answerReadiness(ship, id, { runbook: 'make back' }).catch(refused) // a flag has no way back
  }
}

function refused(error: unknown) {
  if (!(error instanceof Refusal)) throw error
}

/** What waits in the inbox, what made no sense, and a source that is knocked at with a wrong secret. */
async function reportOddities({ ship, inject }: Shop) {
  const { token } = await createToken(ship, { name: 'odd', scopes: ['releases:write'] })
  const github = await sourceOf(ship, 'github')
  const [hmac] = await readSecrets(ship, github)
  const event = { type: 'release.succeeded', service: 'acme/checkout-service', version: '1.0.0', run: 'odd' }
  const knock = (url: string, body: object, headers: Record<string, string>) =>
    inject({
      method: 'POST',
      url,
      payload: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'x-github-event': 'deployment', ...headers },
    })
  await knock('/api/v1/events', event, { authorization: `Bearer ${token}` })
  await knock(`/hooks/${github}`, {}, { 'x-hub-signature-256': await sign(hmac ?? '', '{}') })
  ship.wait(1)
  await knock(`/hooks/${github}`, {}, { 'x-hub-signature-256': await sign('a wrong secret', '{}') })
}

/** What only operators see of incidents: a note of Grace's, one kept to the team, one that is the same as another. */
async function correctIncidents({ ship }: Shop) {
  const { db } = ship
  const { id, name } = await db.selectFrom('users').select(['id', 'name']).executeTakeFirstOrThrow()
  const open = await db.selectFrom('incidents').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow()
  const note = { body: 'Mari asks the **bank**.' }
  await addNote(ship.as({ kind: 'user', id, name }), open.id, note)
  const over = { body: 'Nobody noticed.', state: 'resolved' as const, components: [] }
  await declareIncident(ship, { title: 'A certificate was late', visibility: 'private', ...over })
  const same = await declareIncident(ship, { title: 'Cards fail, says support', ...over })
  await mergeIncident(ship, same.id, { into: open.id })
}

/** One in force, one coming and one that was ended early. */
async function planFreezes({ ship }: Shop) {
  const span = { starts_at: '2026-11-23T08:00:00Z', ends_at: '2026-11-24T08:00:00Z' }
  const named = { components: ['checkout'], may_pass: ['Grace'] }
  const { id } = await planFreeze(ship, { reason: 'A planned move of the data centre', ...span })
  await endFreeze(ship, id)
  const sale = { starts_at: '2026-11-26T22:00:00Z', ends_at: '2026-11-30T06:00:00Z' }
  const twice = { repeats: 'FREQ=WEEKLY;COUNT=2' }
  await planFreeze(ship, { reason: 'Black Friday', ...sale, ...twice })
  const disks = { title: 'New disks', body: 'Slow.', components: ['checkout'] }
  await planMaintenance(ship, { ...disks, ...sale, ...twice })
  await planFreeze(ship, { reason: 'The audit of the payment systems', ...span, ...named })
}

async function sourceOf({ db }: World, kind: string) {
  const { id } = await db
    .selectFrom('sources')
    .select('id')
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow()
  return id
}

/** The same shop after the trouble: all that was open is resolved. */
export async function calmDown({ ship }: Shop) {
  const open = await ship.db.selectFrom('incidents').select('id').where('resolved_at', 'is', null).execute()
  for (const { id } of open) await postUpdate(ship, id, { state: 'resolved', body: 'All is well again.' })
}

/** For each page with a placeholder, what stands behind it in the sample; a page of lists stands for itself. */
export async function addressesIn({ ship }: Shop): Promise<Record<string, string[]>> {
  const { db } = ship
  const all = async (
    table:
      | 'incidents'
      | 'sources'
      | 'components'
      | 'groups'
      | 'deliveries'
      | 'incident_updates'
      | 'outbound_calls'
      | 'rollback_requests'
      | 'freeze_windows'
      | 'users'
      | 'maintenances'
      | 'incident_templates',
  ) => (await db.selectFrom(table).select('id').orderBy('id').execute()).map(({ id }) => id)
  const releases = await releasesOfEachLook(db)
  const incidents = await all('incidents')
  const [component = ''] = await all('components')
  const note = await db.selectFrom('incident_notes').select(['id', 'incident_id']).executeTakeFirstOrThrow()
  const told = await db.selectFrom('incidents').select('id').where('visibility', '=', 'public').execute()
  const read = told.map(({ id }) => id)
  const update = await db
    .selectFrom('incident_updates')
    .select(['id', 'incident_id'])
    .executeTakeFirstOrThrow()
  const under = (path: string, ids: string[]) => ids.map((id) => path.replace(':id', id))
  return {
    '/incidents/:id': under('/incidents/:id', read),
    '/i/:id': under('/i/:id', read.slice(-1)),
    '/releases/:id': under('/releases/:id', releases),
    '/components/:id': ['/components/checkout'],
    '/history/:month': (await historyMonths(ship)).map((month) => `/history/${month}`),
    '/admin/incidents/:id': under('/admin/incidents/:id', incidents),
    '/admin/incidents/:id/postmortem': under('/admin/incidents/:id/postmortem', incidents),
    '/admin/incidents/:id/edit': under('/admin/incidents/:id/edit', incidents.slice(-1)),
    '/admin/incidents/:id/impacts': under('/admin/incidents/:id/impacts', [note.incident_id]),
    '/admin/incidents/:id/merger': under('/admin/incidents/:id/merger', [note.incident_id]),
    '/admin/incidents/:id/notes/:note': [`/admin/incidents/${note.incident_id}/notes/${note.id}`],
    '/admin/incidents/:id/presence': under('/admin/incidents/:id/presence', incidents.slice(-1)),
    '/admin/templates/:id': under('/admin/templates/:id', await all('incident_templates')),
    '/admin/incidents/:id/updates/:update': [`/admin/incidents/${update.incident_id}/updates/${update.id}`],
    '/admin/releases/:id': under('/admin/releases/:id', releases),
    '/admin/releases/:id/exposure': under('/admin/releases/:id/exposure', releases.slice(-1)),
    '/admin/releases/:id/readiness': under('/admin/releases/:id/readiness', (await answered(db)).slice(-1)),
    '/admin/components/:id': [`/admin/components/${component}`],
    '/admin/components/:id/way-back': [`/admin/components/${component}/way-back`],
    '/admin/components/:id/gate': [`/admin/components/${component}/gate`],
    '/admin/freezes/:id': under('/admin/freezes/:id', await all('freeze_windows')),
    '/admin/people/:id': under('/admin/people/:id', await all('users')),
    '/admin/sent/:form': ['/admin/sent/none'],
    '/invitation/:token': await invitation(ship),
    '/maintenance/:id': under('/maintenance/:id', await all('maintenances')),
    '/admin/maintenance/:id': under('/admin/maintenance/:id', await all('maintenances')),
    '/admin/maintenance/:id/edit': under('/admin/maintenance/:id/edit', await all('maintenances')),
    '/admin/groups/:id': under('/admin/groups/:id', (await all('groups')).slice(0, 1)),
    '/admin/rollback-requests/:id': under('/admin/rollback-requests/:id', await all('rollback_requests')),
    '/admin/sources/:id': under('/admin/sources/:id', await all('sources')),
    '/admin/sources/:id/rules/new': under('/admin/sources/:id/rules/new', (await all('sources')).slice(-1)),
    '/admin/calls/:id': under('/admin/calls/:id', await all('outbound_calls')),
    '/admin/deliveries/:id': under('/admin/deliveries/:id', (await all('deliveries')).slice(-1)),
  }
}

/** One more invitation, for only its link leads to its page; the ones before it stay among those that wait. */
async function invitation(ship: World) {
  const email = `guest${(await listInvitations(ship)).length}@northwind.example`
  const { token } = await invite(ship, { email, role: 'editor' })
  return [`/invitation/${token}`]
}

/** One release for each kind and state, so that each look of the page is seen. */
async function releasesOfEachLook(db: World['db']) {
  const rows = await db
    .selectFrom('releases')
    .select(['id', 'kind', 'state', 'live_at'])
    .orderBy('id')
    .execute()
  const looks = new Map(
    rows.map(({ id, kind, state, live_at }) => [`${kind} ${state} ${live_at !== null}`, id]),
  )
  return [...looks.values()]
}

/** Releases that somebody answered for. */
async function answered(db: World['db']) {
  const rows = await db.selectFrom('readiness').select('release_id').orderBy('release_id').execute()
  return rows.map(({ release_id }) => release_id)
}
