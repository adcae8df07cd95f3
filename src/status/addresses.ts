import { publicComponents } from '../components/public.ts'
import { openPublicIncidents, pastIncidentIds } from '../incidents/public.ts'
import { publicMaintenanceIds } from '../maintenance/public-lists.ts'
import type { Context } from '../platform/context.ts'
import { readerOf } from '../platform/http.ts'
import { publicReleaseIds } from '../releases/public.ts'
import { historyMonths } from './history.ts'

const lists = ['/', '/history', '/releases', '/rollbacks']
const v2 = [
  'summary',
  'status',
  'components',
  'incidents',
  'incidents/unresolved',
  'scheduled-maintenances',
  'scheduled-maintenances/upcoming',
  'scheduled-maintenances/active',
].map((name) => `/api/v2/${name}.json`)
const feeds = ['/history.atom', '/history.rss', '/feed.json', '/releases.atom', '/maintenance.ics']
const others = [
  '/badge.json',
  '/badge.svg',
  '/embed/frame',
  '/embed/frame?mobile=true',
  '/embed/script.js',
  '/se-v2.js',
  '/robots.txt',
  '/llms.txt',
  '/sitemap.xml',
  '/.well-known/security.txt',
]
const own = ['components', 'releases', 'incidents', 'rollbacks', 'maintenances'].map(
  (name) => `/api/v1/${name}`,
)

const everything = 1_000_000

/**
 * Every public address: `now` is what a change may change, `past` what hardly ever changes any more, newest first, and
 * of each noun at most so many.
 */
export async function publicAddresses(
  ctx: Context,
  most = everything,
): Promise<{ now: string[]; past: string[] }> {
  const components = await publicComponents(ctx)
  const open = await openPublicIncidents(ctx)
  const work = await publicMaintenanceIds(ctx, { over: false, limit: most })
  const pages = [
    ...components.map(({ slug }) => `/components/${slug}`),
    ...open.map(({ id }) => `/incidents/${id}`),
    ...work.map((id) => `/maintenance/${id}`),
  ]
  const more = [
    ...components.flatMap(({ slug }) => [
      `/badge/${slug}.json`,
      `/badge/${slug}.svg`,
      `/api/v1/components/${slug}`,
      `/api/v1/components/${slug}/uptime`,
    ]),
    ...open.map(({ id }) => `/api/v1/incidents/${id}`),
    ...work.map((id) => `/api/v1/maintenances/${id}`),
  ]
  return {
    now: [...lists, ...pages, ...v2, ...feeds, ...own, ...others, ...more],
    past: await pastPages(ctx, most),
  }
}

async function pastPages(ctx: Context, most: number) {
  const incidents = (await pastIncidentIds(ctx, most)).map((id) => `/incidents/${id}`)
  const releases = (await publicReleaseIds(ctx, most)).map((id) => `/releases/${id}`)
  const over = await publicMaintenanceIds(ctx, { over: true, limit: most })
  const work = over.map((id) => `/maintenance/${id}`)
  const months = (await historyMonths(ctx)).map((month) => `/history/${month}`)
  return [...months, ...incidents, ...work, ...releases]
}

/** The addresses among these that are pages of their own for people. */
export function pagesAmong(addresses: readonly string[]): string[] {
  return addresses.filter((address) => readerOf(address) === 'people' && !address.startsWith('/embed/'))
}
