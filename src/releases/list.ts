import type { Context } from '../platform/context.ts'
import { pageOf } from '../platform/http.ts'
import type { ReleaseFilter } from './filter.ts'
import { filled } from './form.ts'
import { nameOf, type ReleaseView, readReleases } from './reading.ts'
import { kindWords, lookOf, standing, stateWords, tookWords } from './words.ts'

/** What the list of releases at `address` shows for a filter; a field of the filter left empty filters nothing. */
export async function releaseList(ctx: Context, { limit, cursor, ...typed }: ReleaseFilter, address: string) {
  const filter: Omit<ReleaseFilter, 'limit' | 'cursor'> = filled(typed)
  const { data, next_cursor } = pageOf(await readReleases(ctx, { ...filter, cursor, limit }), limit)
  const kept = new URLSearchParams(filter as Record<string, string>)
  const newest = `${address}?${kept}`
  if (next_cursor) kept.set('cursor', next_cursor)
  return {
    releases: data.map(row),
    filter,
    newer: cursor ? newest : null,
    older: next_cursor ? `${address}?${kept}` : null,
    states: Object.entries(stateWords),
  }
}

function row(release: ReleaseView) {
  return {
    ...release,
    name: nameOf(release),
    kind_words: kindWords[release.kind as 'deploy'],
    standing: standing(release),
    look: lookOf(release.state),
    took: tookWords(release),
  }
}
