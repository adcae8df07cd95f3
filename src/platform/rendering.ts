import { createHash } from 'node:crypto'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

/** What a route answered: text for everybody, and the headers that go with it. */
export type Content = { headers: OutgoingHttpHeaders; body: string }

export type Encoding = 'br' | 'gzip' | 'identity'

/** One answer in one encoding, ready to be written: header lists are flat, name and value in turn. */
export type Variant = { etag: string; body: Buffer; head: string[]; unchanged: string[] }

/** Names that Node or each variant says by itself. */
const own = new Set([
  'content-length',
  'content-encoding',
  'date',
  'connection',
  'keep-alive',
  'etag',
  'vary',
])
/** What RFC 9110 (15.4.5) wants beside a 304, and what a script from elsewhere needs to read it. */
const toldUnchanged = new Set(['cache-control', 'access-control-allow-origin'])

/** The bytes of a content in an encoding, with a strong ETag of their own. */
export async function encoded(content: Content, encoding: Encoding): Promise<Variant> {
  const plain = Buffer.from(content.body)
  const etag = `"${hashOf(content)}-${encoding}"`
  const body = await compress[encoding](plain)
  const said = Object.entries(content.headers).filter(([name]) => !own.has(name))
  const list = (entries: [string, unknown][]) =>
    entries.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]))
  const shared = ['etag', etag, 'vary', varyOf(content)]
  const coding = encoding === 'identity' ? [] : ['content-encoding', encoding]
  return {
    etag,
    body,
    head: [...list(said), ...shared, ...coding, 'content-length', String(body.length)],
    unchanged: [...list(said.filter(([name]) => toldUnchanged.has(name))), ...shared],
  }
}

const compress = {
  // a change is compressed while somebody waits: beyond this a page takes longer than it saves
  br: (plain: Buffer) =>
    promisify(brotliCompress)(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 7 } }),
  gzip: (plain: Buffer) => promisify(gzip)(plain, { level: 6 }),
  identity: async (plain: Buffer) => plain,
}

function hashOf({ headers, body }: Content) {
  const hash = createHash('sha256').update(`${headers['content-type']}\n`).update(body)
  return hash.digest('base64url').slice(0, 22)
}

function varyOf({ headers }: Content) {
  const said = String(headers.vary ?? '')
  return said ? `${said}, accept-encoding` : 'accept-encoding'
}

/** The best encoding that a client says it reads (RFC 9110, 12.5.3); `q=0` is a no. */
export function encodingFor(accepted: string | undefined): Encoding {
  if (!accepted) return 'identity'
  for (const [name, asking] of wished) {
    const asked = asking.exec(accepted)
    if (asked && Number(asked[1] ?? 1) > 0) return name
  }
  return 'identity'
}

/** Best first, made once: making one takes longer than reading the wish of a request with it. */
const wished = (['br', 'gzip'] as const).map(
  // nowhere two `\s*` in a row: over 16 KB of spaces they would take turns for half a second
  (name) => [name, new RegExp(`(?:^|[\\s,])${name}\\s*(?:;\\s*q=([\\d.]+)\\s*)?(?:,|$)`, 'i')] as const,
)

/** Writes a variant, or that it is unchanged, without anything of the framework; `more` is further headers, flat. */
export function writeVariant(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  { etag, head, unchanged, body }: Variant,
  more: string[] = [],
) {
  const known = headers['if-none-match']
  if (known !== undefined && (known === etag || names(known, etag))) {
    response.writeHead(304, more.length > 0 ? [...unchanged, ...more] : unchanged)
    response.end()
    return
  }
  response.writeHead(200, more.length > 0 ? [...head, ...more] : head)
  if (method === 'HEAD') response.end()
  else response.end(body)
}

/** Whether an `If-None-Match` list names the ETag; compared weakly, as RFC 9110 (13.1.2) says. */
function names(known: string, etag: string) {
  return known.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag)
}
