import type { Context } from '../../platform/context.ts'
import { listPublicReleases, type PublicRelease } from '../../releases/public.ts'
import type { Words } from '../../site/words/index.ts'
import { lastPublicChange } from '../changed.ts'
import type { Home } from '../home.ts'
import { logLine } from '../log.ts'
import { escaped, type Feed, type FeedEntry, latest, newest } from './model.ts'

/** Releases and rollbacks as they went live, newest first: the page's log as a feed. */
export async function releasesFeed(ctx: Context, home: Home, address: string, t: Words): Promise<Feed> {
  const { data } = await listPublicReleases(ctx, { limit: newest })
  const entries = data.map((release) => releaseEntry(release, home, t))
  return {
    id: `tag:${home.host},2005:/releases`,
    title: t.programs.releases_title(home.title),
    subtitle: t.programs.releases_subtitle(home.site.name),
    home_url: `${home.origin}/releases`,
    self_url: home.origin + address,
    author: home.site.name,
    language: home.site.language,
    updated_at: latest(...entries.map((entry) => entry.updated_at)) || (await lastPublicChange(ctx)),
    entries,
  }
}

function releaseEntry(release: PublicRelease, { host, origin }: Home, t: Words): FeedEntry {
  const { verb, versions, details } = logLine(release, false, t)
  const { id, at, component, incident, undone_at, replaced_at, rolled_forward_reason } = release
  const facts = [`${verb}: ${component.name} ${versions}`, ...details].map(escaped).join(', ')
  const about = incident
    ? ` ${t.programs.belongs_to} <a href="${origin}/incidents/${incident.id}">${escaped(incident.title)}</a>.`
    : ''
  const forward = rolled_forward_reason
    ? ` ${escaped(`${t.programs.rolled_forward} ${rolled_forward_reason}`)}`
    : ''
  return {
    id: `tag:${host},2005:Release/${id}`,
    title: `${verb}: ${component.name} ${versions}`,
    url: `${origin}/releases/${id}`,
    html: `<p>${facts}.${about}${forward}</p>`,
    published_at: release.live_at ?? at,
    updated_at: latest(at, release.finished_at, undone_at, replaced_at),
    tags: [release.kind, component.name],
  }
}
