import type { FastifyReply, FastifyRequest } from 'fastify'
import { type GuardSettings, operator } from '../accounts/guard.ts'
import { attempt, attemptForm } from '../platform/attempt.ts'
import { type App, originFor } from '../platform/http.ts'
import { acceptUpload } from '../platform/upload.ts'
import { accentOnGrounds } from './accent.ts'
import { changeLogo, editSite, notALogo, removeLogo } from './actions.ts'
import { mostLogoBytes } from './logo.ts'
import { linksIn, mostLinks, SettingsForm, type SiteLink } from './model.ts'
import { readSite, type Site } from './store.ts'
import { languages } from './words/index.ts'

const address = '/admin/settings'
const admin = { config: { policy: operator('admin') } }

/** The operators' page for what the public page is like. */
export async function settingsRoutes(app: App, { origin }: Pick<GuardSettings, 'origin'>) {
  app.get(address, admin, (request, reply) => show(request, reply, origin))

  app.post(address, admin, async (request, reply) => {
    const made = await attemptForm(SettingsForm, request.body, (said) => editSite(request.ctx, said))
    if (made.ok) return done(reply, 'Saved.')
    const typed = request.body as Record<string, unknown>
    const kept = { ...made, values: { ...typed, links: linksIn(typed) } }
    return show(request, reply.code(made.status), origin, kept)
  })

  app.post(`${address}/logo/removal`, admin, async (request, reply) => {
    await removeLogo(request.ctx)
    return done(reply, 'The logo is gone.')
  })
  await app.register((scope: App) => uploadRoutes(scope, origin))
}

/** In a scope of its own: nowhere else is a form with a file read. */
async function uploadRoutes(app: App, origin: string | null) {
  await acceptUpload(app, { bytes: mostLogoBytes })
  const upload = { config: { ...admin.config, upload: true } }
  // who had to sign in first comes back here, without the file
  app.get(`${address}/logo`, admin, (_request, reply) => reply.redirect(address, 303))

  app.post(`${address}/logo`, upload, async (request, reply) => {
    const { file = null, too_large = false } = request.upload ?? {}
    const made = await attempt(async () => {
      if (too_large) throw notALogo('A logo has at most 64 KiB.')
      if (!file) throw notALogo('Choose a picture first.')
      await changeLogo(request.ctx, file)
    })
    if (made.ok) return done(reply, 'The page has its logo.')
    return show(request, reply.code(made.status), origin, { errors: made.errors })
  })
}

type Kept = { values?: object; errors?: Record<string, string>; current?: unknown }

async function show(
  request: FastifyRequest,
  reply: FastifyReply,
  origin: string | null,
  { values, errors = {}, current = null }: Kept = {},
) {
  const site = await readSite(request.ctx)
  const shown = { ...site, ...values }
  return reply.view('/site/settings', {
    title: 'Settings',
    values: shown,
    errors,
    current,
    saved: current ? factsOf(current as Site) : [],
    logo: site.logo,
    links: rowsFor(shown.links),
    languages: Object.entries(languages),
    public_choices: publicChoices,
    percent_choices: percentChoices,
    accent_shown: /^#[0-9a-f]{6}$/i.test(shown.accent ?? '') ? accentOnGrounds(shown.accent ?? '') : [],
    home: originFor(request, origin),
  })
}

const spareRows = 2

/** What there is, and room for more; the rest of the room comes once this is saved. */
function rowsFor(links: SiteLink[]) {
  const rows = Math.max(links.length, Math.min(links.length + spareRows, mostLinks))
  return Array.from({ length: rows }, (_, row) => links[row] ?? { label: '', url: '' })
}

const publicChoices = [
  ['production', 'What went live', 'Every release and rollback in production.'],
  ['all', 'Every environment', 'Staging and testing too, each named. Not those that have no tier yet.'],
  [
    'eventful',
    'Only what had consequences',
    'Rollbacks, what was rolled back, and what an incident is tied to.',
  ],
  ['none', 'None', 'Incidents are told without the release that caused them.'],
] as const

const percentChoices = [
  [
    'hidden',
    'That some have it',
    '“Part of the customers”. Programs that read the JSON find the number all the same.',
  ],
  ['shown', 'How many have it', '“10% of customers”, and how many ever had what was rolled back.'],
] as const

/** What somebody else saved, for who was late. */
function factsOf(site: Site): [string, string][] {
  const choice = publicChoices.find(([mode]) => mode === site.public_releases)
  return [
    ['Name of the page', site.name],
    ['Time zone', site.time_zone],
    ['Accent', site.accent ?? 'none'],
    ['Public releases', choice?.[1] ?? ''],
    ['Of a canary', percentChoices.find(([mode]) => mode === site.public_percent)?.[1] ?? ''],
    ['Header', site.header || 'none'],
    ['Footer', site.footer || 'none'],
    ['Links', site.links.map(({ label, url }) => `${label} (${url})`).join(', ') || 'none'],
    ['Domain', site.domain ?? 'none'],
  ]
}

function done(reply: FastifyReply, words: string) {
  reply.flash(words)
  return reply.redirect(address, 303)
}
