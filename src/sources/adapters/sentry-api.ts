import type { Answer, Incoming, Read } from '../adapter.ts'
import { membersOf } from '../known.ts'

/** What a path of Sentry's API is about. */
export type Call = {
  what: 'release' | 'deploy' | 'look'
  organisation: string
  project?: string
  version?: string
}

const ways: readonly [method: string, what: Call['what'], path: RegExp][] = [
  ['POST', 'release', /^\/organizations\/(?<organisation>[^/]+)\/releases\/?$/],
  ['POST', 'release', /^\/projects\/(?<organisation>[^/]+)\/(?<project>[^/]+)\/releases\/?$/],
  ['PUT', 'release', /^\/organizations\/(?<organisation>[^/]+)\/releases\/(?<version>[^/]+)\/?$/],
  [
    'PUT',
    'release',
    /^\/projects\/(?<organisation>[^/]+)\/(?<project>[^/]+)\/releases\/(?<version>[^/]+)\/?$/,
  ],
  ['POST', 'deploy', /^\/organizations\/(?<organisation>[^/]+)\/releases\/(?<version>[^/]+)\/deploys\/?$/],
  ['GET', 'look', /^\/(organizations|projects)\/.*/],
  ['GET', 'look', /^\/$/],
]

/** What is called; null where it is nothing that has to do with releases. */
export function callOf(method = 'POST', path = ''): Call | null {
  if (!path.startsWith('/api/0/')) return null
  for (const [own, what, pattern] of ways) {
    const found = own === method ? pattern.exec(path.slice('/api/0'.length)) : null
    if (!found) continue
    const { organisation = 'sentry', project, version } = decoded(found.groups) ?? {}
    return { what, organisation, ...(project && { project }), ...(version && { version }) }
  }
  return null
}

function decoded(groups: Record<string, string | undefined> = {}): Record<string, string | undefined> | null {
  try {
    const said = Object.entries(groups).map(([name, value]) => [name, value && decodeURIComponent(value)])
    return Object.fromEntries(said)
  } catch {
    return null
  }
}

/**
 * What a client hears that asks before it tells. Nothing is known here of what was told, so lists are empty: the client
 * then sends all it has. The repositories are those that an operator named.
 */
export function sentryLook({ path = '', received_at }: Incoming, names: string): Answer {
  if (path === '/api/0/') return { status: 200, body: { version: '0', auth: null, user: null } }
  if (/\/repos\/?$/.test(path)) return { status: 200, body: repositories(names, received_at) }
  if (/\/previous-with-commits\/?$/.test(path)) return { status: 200, body: {} }
  if (/\/(releases|deploys|commits|projects)\/?$/.test(path)) return { status: 200, body: [] }
  return { status: 404, body: { detail: 'Shiplog keeps no such thing of Sentry’s.' } }
}

function repositories(names: string, at: string) {
  const listed = names.split(/[,\n]/).map((name) => name.trim())
  const provider = { id: 'unknown', name: 'Shiplog' }
  return listed
    .filter((name) => name !== '')
    .map((name, index) => {
      return { id: String(index + 1), name, url: null, provider, status: 'active', dateCreated: at }
    })
}

/** What Sentry would answer: 201 for what is new, 208 for what was told before. */
export function sentryAnswer(incoming: Read, told: { delivery: string; duplicate?: boolean }): Answer {
  const call = callOf(incoming.method, incoming.path)
  const said = membersOf(incoming.json)
  const status = incoming.method === 'PUT' ? 200 : told.duplicate ? 208 : 201
  const { dateStarted = null, dateReleased = null, url = null, name = null, environment = null } = said
  if (call?.what === 'deploy') {
    const dateFinished = said.dateFinished ?? incoming.received_at
    return { status, body: { id: told.delivery, name, environment, url, dateStarted, dateFinished } }
  }
  const version = call?.version ?? said.version ?? ''
  const slugs = Array.isArray(said.projects) ? said.projects.filter((one) => typeof one === 'string') : []
  const projects = slugs.map((slug) => ({ slug, name: slug }))
  const dates = { dateCreated: incoming.received_at, dateStarted, dateReleased }
  return { status, body: { version, ...dates, url, projects, newGroups: 0, lastEvent: null } }
}

/** A body without the people who wrote the commits, and without what they changed. */
export function withoutPeople(json: unknown): unknown {
  const said = membersOf(json)
  if (!Array.isArray(said.commits)) return json
  const commits = said.commits.map((commit) => {
    const { id, repository, timestamp } = membersOf(commit)
    return { id, repository, timestamp }
  })
  return { ...said, commits }
}
