import { join } from 'node:path'
import fastifyView from '@fastify/view'
import { Eta } from 'eta'
import type { FastifyInstance } from 'fastify'
import type { Assets } from './assets.ts'
import { markdown } from './markdown.ts'
import type { TimeWords } from './time-words.ts'
import * as zone from './zone.ts'

type PageSite = { name: string; time_zone: string; tells_every_release: boolean }
/** Of the page's language (`site/words`) only what tells times is known here. */
type PageWords = { time: TimeWords }
type PageViewer = { id: string; name: string; role: string }

/** What every template is given as `it`, beside what its route hands it. */
type PageData = {
  site: PageSite & { zone_words: string }
  viewer: PageViewer | null
  flash: { words: string } | null
  csrf: string
  form_id: string
  path: string
  /** The words of the page's language (`site/words`): `it.t.nav.history`. */
  t: PageWords
  /** The moment the page was made. */
  now: string
  /** Whether all of it is made up, and read-only. */
  sample: boolean
  /** Whether it becomes a file, with no server behind it. */
  exported: boolean
  h: Helpers
}
type Helpers = ReturnType<typeof helpers>

/** Data inside a `<script type="application/ld+json">`, as JSON in which no character can end the element. */
function json(data: unknown): string {
  const hex = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(data).replace(/[<>&\u2028\u2029]/g, hex)
}

/** Words, links and safe HTML for templates, in the page's zone and at the moment of the request. */
export function helpers(given: {
  t: PageWords
  time_zone: string
  now: string
  origin: string
  assets: Assets
  rules: string
}) {
  const { t, time_zone, now, origin, assets, rules } = given
  return {
    t,
    clock: (at: string) => zone.clock(at, time_zone),
    moment: (at: string) => zone.moment(at, time_zone, now, t.time),
    day: (at: string) => zone.day(at, time_zone, now, t.time),
    when: (at: string) => zone.when(at, time_zone, now, t.time),
    full: (at: string) => zone.full(at, time_zone, t.time),
    duration: (from: string, to: string) => zone.duration(from, to, t.time),
    seconds: (total: number) => zone.seconds(total, t.time),
    markdown,
    json,
    asset: (name: string) => assets.address(name, rules),
    url: (path: string) => origin + path,
  }
}

/** Puts one page's `it` together. */
export function pageData(given: {
  site: PageSite
  t: PageWords
  viewer: PageViewer | null
  flash: string | null
  csrf: string
  form_id: string
  path: string
  now: Date
  origin: string
  assets: Assets
  /** What `public.css` ends in on this page. */
  rules: string
  sample: boolean
  exported: boolean
}): PageData {
  const now = given.now.toISOString()
  const { site, t, viewer, csrf, form_id, path, flash, sample, exported } = given
  return {
    site: { ...site, zone_words: zone.zoneWords(site.time_zone, now) },
    t,
    viewer,
    flash: flash ? { words: flash } : null,
    csrf,
    form_id,
    path,
    now,
    sample,
    exported,
    h: helpers({
      t,
      time_zone: site.time_zone,
      now,
      origin: given.origin,
      assets: given.assets,
      rules: given.rules,
    }),
  }
}

const root = join(import.meta.dirname, '../../views')
/** Each template is read and compiled once for the process, however many servers it makes. */
const eta = new Eta({ views: root, cache: true, autoTrim: [false, 'nl'] })

/** Teaches the server to answer with the templates in `views/`. */
export async function registerViews(app: FastifyInstance) {
  await app.register(fastifyView, { engine: { eta }, root, viewExt: 'eta', production: true })
}
