import type { Incoming } from '../sources/adapter.ts'
import { basicOf, bearerOf } from '../sources/signatures.ts'

type Asked = Required<Pick<Incoming, 'method' | 'path' | 'query' | 'presented'>>

/** Where Sentry's clients call, who take an address without a path only. */
export const rootPath = '/api/0/'

/**
 * What a request says beside its headers and body: the path after the source's address, the query, and the secret that
 * it shows. Some tools can set no header and have their secret in the address; there it is taken out, so that it is
 * neither kept nor read by an adapter.
 */
export function askedOf(method: string, url: string, authorization: string | undefined): Asked {
  const [address = '', search = ''] = url.split(/\?(.*)/s)
  const [, hidden = null, within = ''] = /^\/hooks\/[^/]+(?:\/(slk_[\w-]+))?(\/.+)?/.exec(address) ?? []
  const path = address.startsWith(rootPath) ? address : within
  const { access_token = null, ...query } = Object.fromEntries(new URLSearchParams(search))
  const presented = bearerOf(authorization) ?? basicOf(authorization) ?? hidden ?? access_token
  return { method, path, query, presented }
}

/** What has to be kept of a request that is more than a POST to the address itself, as headers that nobody can send. */
export function askedHeaders({ method = 'POST', path = '', query = {} }: Incoming): Record<string, string> {
  if (method === 'POST' && path === '' && Object.keys(query).length === 0) return {}
  return { ':method': method, ':path': path, ':query': new URLSearchParams(query).toString() }
}

/** The same, read from the headers that were kept. */
export function keptAsked(headers: Record<string, string>): Omit<Asked, 'presented'> {
  const query = Object.fromEntries(new URLSearchParams(headers[':query'] ?? ''))
  return { method: headers[':method'] ?? 'POST', path: headers[':path'] ?? '', query }
}
