import { isSameThing } from '../releases/model.ts'
import type { Release } from '../releases/store.ts'
import type { ArtifactCheck, PlanRow } from './readiness-store.ts'

/** How one version is called in an address: nothing in it may lead elsewhere. */
const filled = (address: string, name: string, value: string) =>
  address.replaceAll(`{${name}}`, encodeURIComponent(value))

/**
 * Where it can be asked whether a release's artifact is still there: the artifact itself when it is an address, else
 * the component's address with the version or commit filled in; null when there is none.
 */
export function addressOf(
  { artifact, version, commit }: Pick<Release, 'artifact' | 'version' | 'commit'>,
  plan: Pick<PlanRow, 'artifact_url'> | undefined,
): string | null {
  if (artifact && /^https?:\/\//i.test(artifact)) return artifact
  const address = plan?.artifact_url
  if (!address) return null
  if (address.includes('{version}') && !isName(version)) return null
  if (address.includes('{commit}') && !isName(commit)) return null
  return filled(filled(address, 'version', version ?? ''), 'commit', commit ?? '')
}

/** Dots alone would lead up to another address. */
function isName(value: string | null) {
  return value !== null && !/^\.+$/.test(value)
}

/**
 * Releases of a lane whose artifact is known to be gone, with why: its address said so, or the tool keeps only the
 * last so many versions. `finishes` are newest first; a version counts from the last time it was live.
 */
export function goneArtifacts(
  finishes: readonly Release[],
  checks: readonly ArtifactCheck[],
  kept: number | null,
): Map<string, string> {
  const gone = new Map(
    checks.filter(({ state }) => state === 'gone').map(({ release_id, detail }) => [release_id, detail]),
  )
  if (kept === null) return gone
  const things: Release[] = []
  for (const release of finishes) {
    const place = things.findIndex((thing) => isSameThing(thing, release))
    if (place < 0) things.push(release)
    if ((place < 0 ? things.length - 1 : place) >= kept && !gone.has(release.id)) {
      gone.set(release.id, keptWords(kept))
    }
  }
  return gone
}

function keptWords(kept: number) {
  return kept === 1 ? 'only the newest version is kept' : `only the last ${kept} versions are kept`
}
