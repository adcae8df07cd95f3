import type { Step } from './same-answers.ts'

type Sent = { method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'; url: string; body?: object }
type One = (of: string, number: number) => string
export type Operation = (step: Step, one: One, now: Date) => Sent

const statuses = [
  'operational',
  'degraded_performance',
  'partial_outage',
  'major_outage',
  'under_maintenance',
]
const states = ['investigating', 'identified', 'monitoring', 'resolved']
const events = 'queued|waiting|started|progress|succeeded|failed|cancelled|rolled_back'.split('|')
const lists =
  'components|releases|incidents|maintenances|rollbacks|groups|freezes|journal|deliveries|inbox|templates'
const listed = `${lists}|action-items|rollback-requests|incident-drafts|sources|environments`.split('|')
export const pages =
  '/|/releases|/history|/rollbacks|/api/v2/summary.json|/history.atom|/admin/releases'.split('|')

const pick = <T>(all: readonly T[], number = 0) => all[number % all.length] as T
const post = (url: string, body?: object): Sent => ({ method: 'POST', url, body: body ?? {} })
const put = (url: string, body: object): Sent => ({ method: 'PUT', url, body })
const patch = (url: string, body: object): Sent => ({ method: 'PATCH', url, body })
const remove = (url: string): Sent => ({ method: 'DELETE', url })
const get = (url: string): Sent => ({ method: 'GET', url })
const word = encodeURIComponent
const api = '/api/v1'

/** What the address of a thing that was made says it is. */
export function noun(url: string): string {
  const [, , , plural = '', , within] = url.split('/')
  return (within ?? plural).replace(/s$/, '')
}

const addComponent: Operation = ({ numbers: [a = 0, b = 0], words: [name, group] }) =>
  post(`${api}/components`, { name, group: a % 3 ? group : null, visibility: b % 5 ? 'public' : 'private' })

const deliver: Operation = ({ numbers: [a = 0, b = 0, c, d = 0], words: [w] }, one, now) =>
  post(`${api}/events`, {
    type: `release.${pick(events, a)}`,
    run: `run ${b % 4}`,
    service: d % 4 ? one('component', c ?? 0) : w,
    version: `1.${b % 4}`,
    ...(d % 3 ? {} : { at: new Date(now.getTime() - (d % 200) * 60_000).toISOString() }),
    ...(d % 5 ? {} : { environment: pick(['staging', 'production', w], c) }),
  })

const declare: Operation = ({ numbers: [a, b = 0, c = 0, d], words: [title, body] }, one) =>
  post(`${api}/incidents`, {
    title,
    body,
    components: [{ component: one('component', a ?? 0), status: pick(statuses, b) }],
    ...(c % 3 ? {} : { cause: 'release', cause_release_id: one('release', d ?? 0) }),
    ...(c % 4 ? {} : { impact: pick(['none', 'minor', 'major', 'critical'], b) }),
  })

const plan: Operation = ({ numbers: [a = 0, b = 0, c], words: [title, body] }, one, now) =>
  post(`${api}/maintenances`, {
    title,
    body,
    starts_at: new Date(now.getTime() + (1 + (a % 90)) * 60_000).toISOString(),
    ends_at: new Date(now.getTime() + (90 + (b % 90)) * 60_000).toISOString(),
    components: [one('component', c ?? 0)],
  })

const freeze: Operation = ({ numbers: [a = 0, b = 0], words: [reason] }, _one, now) =>
  post(`${api}/freezes`, {
    reason,
    starts_at: new Date(now.getTime() - (a % 90) * 60_000).toISOString(),
    ends_at: new Date(now.getTime() + (1 + (b % 90)) * 60_000).toISOString(),
  })

export const list: Operation = ({ numbers: [a = 0, b = 0, c = 0], words: [w = ''] }, one) => {
  const of = pick(listed, a)
  const more = c % 3 || of !== 'releases' ? '' : `&component=${one('component', b)}`
  return get(
    `${api}/${of}?limit=${1 + (b % 3)}${more}${c % 7 || of !== 'journal' ? '' : `&action=${word(w)}`}`,
  )
}

export const addTemplate: Operation = ({ words: [name, title, body] }) =>
  post(`${api}/templates`, { name, used_for: 'incident', title, body })

/** Everything that may happen in a sequence; what is done often stands here more than once. */
export const operations: Operation[] = [
  addComponent,
  addComponent,
  addComponent,
  ({ numbers: [a], words: [name, w] }, one) =>
    patch(`${api}/components/${one('component', a ?? 0)}`, { name, description: w, group: w }),
  ({ numbers: [a] }, one) => remove(`${api}/components/${one('component', a ?? 0)}`),
  ({ numbers: [a] }, one) => post(`${api}/components/${one('component', a ?? 0)}/restoration`),
  ({ numbers: [a, b] }, one) =>
    put(`${api}/components/${one('component', a ?? 0)}/status`, { status: pick(statuses, b) }),
  ({ numbers: [a, b] }, one) =>
    put(`${api}/components/${one('component', a ?? 0)}/position`, { to: pick(['up', 'down', 0, 2], b) }),
  ({ words: [name] }) => post(`${api}/groups`, { name }),
  deliver,
  deliver,
  deliver,
  deliver,
  ({ numbers: [a], words: [version] }, one) =>
    post(`${api}/releases`, { component: one('component', a ?? 0), version }),
  ({ numbers: [a], words: [reason] }, one) =>
    put(`${api}/releases/${one('release', a ?? 0)}/bad`, { reason }),
  ({ numbers: [a, b] }, one) =>
    put(`${api}/releases/${one('release', a ?? 0)}/kind`, {
      kind: pick(['rollback', 'deploy', 'config'], b),
    }),
  ({ numbers: [a, b = 0], words: [reason] }, one) =>
    post(`${api}/releases/${one('release', a ?? 0)}/exposure`, { percent: b % 101, reason }),
  ({ numbers: [a], words: [reason] }, one) =>
    post(`${api}/rollback-requests`, { release: one('release', a ?? 0), reason }),
  ({ numbers: [a] }, one) =>
    post(`${api}/releases/check`, { component: one('component', a ?? 0), version: '1.1' }),
  declare,
  declare,
  ({ numbers: [a, b], words: [body] }, one) =>
    post(`${api}/incidents/${one('incident', a ?? 0)}/updates`, { body, state: pick(states, b) }),
  ({ numbers: [a], words: [title] }, one) => patch(`${api}/incidents/${one('incident', a ?? 0)}`, { title }),
  ({ numbers: [a, b], words: [body] }, one) =>
    patch(`${api}/incidents/${one('incident', a ?? 0)}/updates/${one('update', b ?? 0)}`, { body }),
  ({ numbers: [a] }, one) => remove(`${api}/incidents/${one('incident', a ?? 0)}`),
  ({ numbers: [a] }, one) => post(`${api}/incidents/${one('incident', a ?? 0)}/restoration`),
  ({ numbers: [a, b] }, one) =>
    post(`${api}/incidents/${one('incident', a ?? 0)}/merger`, { into: one('incident', b ?? 0) }),
  ({ numbers: [a], words: [body] }, one) =>
    post(`${api}/incidents/${one('incident', a ?? 0)}/notes`, { body }),
  ({ numbers: [a], words: [words, owner] }, one) =>
    post(`${api}/incidents/${one('incident', a ?? 0)}/action-items`, { words, owner }),
  addTemplate,
  plan,
  ({ numbers: [a, b] }, one) =>
    post(`${api}/maintenances/${one('maintenance', a ?? 0)}/${pick(['start', 'end', 'cancel', 'stop'], b)}`),
  freeze,
  ({ words: [name] }) =>
    post('/admin/components', { name: name ?? '', group: '', visibility: 'public' } as object),
  ({ words: [w = ''] }) => get(`/admin/search?q=${word(w)}`),
  ({ words: [w = ''] }) => get(`${api}/search?q=${word(w)}`),
  ({ words: [w = ''], numbers: [a] }) =>
    get(`${api}/search?q=${word(w)}&kind=${pick(['component', 'release', 'incident'], a)}`),
  ({ numbers: [a] }, one) => get(`${api}/suspects?components=${one('component', a ?? 0)}`),
  ({ numbers: [a] }, one) => get(`/components/${one('component', a ?? 0)}`),
  ({ numbers: [a] }, one) => get(`${api}/releases/${one('release', a ?? 0)}`),
  ({ numbers: [a] }, one) => get(`/admin/incidents/${one('incident', a ?? 0)}`),
  list,
  list,
  list,
  list,
]
