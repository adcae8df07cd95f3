import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { addUser } from '../accounts/actions.ts'
import type { Role } from '../accounts/model.ts'
import { createToken } from '../accounts/tokens.ts'
import { createComponent } from '../components/actions.ts'
import type { Actor, Context } from '../platform/context.ts'
import { type Database, openDatabase } from '../platform/database.ts'
import { migrateToLatest } from '../platform/migrate.ts'
import { keepIndexed } from '../search/indexing.ts'
import { editSite } from '../site/actions.ts'
import { createSource, mapService } from '../sources/actions.ts'
import { callSteps } from './calls.ts'
import { components } from './fleet.ts'
import { freezeSteps } from './freezes.ts'
import { type Crew, incidentSteps } from './incidents.ts'
import { maintenanceSteps } from './maintenances.ts'
import { postmortemSteps } from './postmortems.ts'
import { deliver, type Tools } from './reports.ts'
import { releaseSteps } from './stories.ts'
import { templateSteps } from './templates.ts'
import { by, type Calendar, calendarFor, live, type Step, timeZone } from './timeline.ts'

const shell: Actor = { kind: 'cli', id: null, name: 'command line' }
const silent = { info() {}, warn() {}, error() {} }

/**
 * A shop that does not exist, as it stands at `start` after 90 days with Shiplog, in a store in memory that nothing
 * can be written to any more. All of it was done by the verbs that people and tools use, in the order of time.
 */
export async function openNorthwind(given: { start: Date; seed: number; secret: Buffer }): Promise<Database> {
  const db = openDatabase(':memory:')
  await migrateToLatest(db)
  const calendar = calendarFor(given.start, given.seed)
  const ctx = { db, actor: shell, log: silent, secret: given.secret }
  const { crew, tools } = await moveIn({ ...ctx, now: () => new Date(calendar.on(90, '09:00')) })
  await live(ctx, [
    ...connecting(calendar, crew, tools),
    ...releaseSteps(calendar, tools).map((step) => by(crew.ada, step)),
    ...incidentSteps(calendar, crew),
    ...postmortemSteps(calendar, crew),
    ...freezeSteps(calendar, crew),
    ...templateSteps(calendar, crew),
    ...maintenanceSteps(calendar, crew),
    ...callSteps(calendar),
  ])
  await keepIndexed({ ...ctx, now: () => given.start }, { most: Number.POSITIVE_INFINITY })
  await sql`pragma query_only = on`.execute(db)
  return db
}

/** What the shop made of its page: little, as most do. */
const look = {
  accent: '#1b5e8c',
  public_percent: 'shown' as const,
  links: [
    { label: 'Northwind', url: 'https://northwind.example' },
    { label: 'Help', url: 'https://northwind.example/help' },
  ],
  footer:
    'Something does not work, and it is not told here? Write to [help@northwind.example](mailto:help@northwind.example).',
}

/** The first day: the page, its people, its components and the tools that will report. */
async function moveIn(ctx: Context) {
  const crew = { ada: await join(ctx, 'Ada', 'admin'), mari: await join(ctx, 'Mari', 'editor') }
  const acting = { ...ctx, actor: crew.ada }
  await editSite(acting, { name: 'Northwind', time_zone: timeZone, ...look, version: 0 })
  for (const [group, name, slug, description] of components) {
    await createComponent(acting, { name, slug, description, group })
  }
  const pipeline = await createSource(acting, { name: 'Deploy pipeline', kind: 'native' })
  const github = await createSource(acting, { name: 'GitHub', kind: 'github' })
  await createToken(acting, { name: 'ci', scopes: ['releases:write'] })
  return { crew, tools: { pipeline: pipeline.source, github: github.source } }
}

async function join(ctx: Context, name: string, role: Role): Promise<Actor> {
  const email = `${name.toLowerCase()}@northwind.example`
  const password = randomBytes(24).toString('base64url') // nobody signs in to the sample
  const { id } = await addUser(ctx, { email, name, role, password })
  return { kind: 'user', id, name }
}

function connecting({ on }: Calendar, { ada }: Crew, { pipeline, github }: Tools): Step[] {
  const ping = {
    headers: { 'x-github-event': 'ping', 'x-github-delivery': 'ping' },
    body: { zen: 'Keep it logically awesome.' },
  }
  const mailer = { service: 'mailer', component: 'notifications' }
  return [
    { at: on(89, '10:00'), run: (ctx) => deliver(ctx, github, ping) },
    by(ada, { at: on(89, '10:05'), run: (ctx) => mapService(ctx, pipeline.id, mailer) }),
  ]
}
