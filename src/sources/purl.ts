import { known } from './known.ts'

export type Artifact = { name?: string; version?: string; commit?: string }

/**
 * What a package URL says (`pkg:oci/shop@sha256%3A0b31…?tag=1.4.2`): the name, the version that people use for it, and
 * the commit where the version is one. A digest is a version only when there is nothing better, and cut short.
 */
export function readPurl(text: string | null | undefined): Artifact {
  const [, type = '', rest = ''] = /^pkg:\/*([a-z][\w.+-]*)\/([^#]+)/i.exec(text ?? '') ?? []
  const [path = '', query = ''] = rest.split(/\?(.*)/s)
  const at = path.lastIndexOf('@')
  const name = decoded(at > 0 ? path.slice(0, at) : path)
  const version = at > 0 ? decoded(path.slice(at + 1)) : undefined
  const tag = new URLSearchParams(query).get('tag') || undefined
  const [, digest] = /^(sha\d{3}:[0-9a-f]{12})[0-9a-f]{20,}$/i.exec(version ?? '') ?? []
  const isCommit = /^(github|gitlab|bitbucket)$/i.test(type) && /^[0-9a-f]{40,64}$/i.test(version ?? '')
  if (isCommit) return known({ name, version: tag ?? version?.slice(0, 7), commit: version })
  return known({ name, version: (digest ? tag : undefined) ?? digest ?? version ?? tag })
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text) || undefined
  } catch {
    return undefined
  }
}
