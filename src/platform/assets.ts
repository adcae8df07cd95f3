import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { withIdiomorph } from './live-script.ts'
import { type Encoding, encodingFor } from './rendering.ts'

const publicFolder = join(import.meta.dirname, '../../public')
const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
}
const pressed = new Set(['.css', '.js', '.svg'])

/** What the public pages look like, the page's own few rules appended: the one asset that differs by page. */
const dressed = 'public.css'
const mostDresses = 8

type Asset = { address: string; type: string; body: Buffer; packed: Partial<Record<Encoding, Buffer>> }

export type Assets = {
  /** Where an asset is served now; `rules` is CSS that `public.css` ends in, each with an address of its own. */
  address(name: string, rules?: string): string
  /** What is served at an address: exactly, or, under a hash of another day, as it is now. */
  at(address: string, rules: string): { asset: Asset; exact: boolean } | null
}

let loaded: Assets | undefined

/**
 * Everything that browsers may fetch, read once. The CSS is joined: `public.css` for what customers read, `app.css`
 * with `css/operators` besides, `embed.css` what the embedded frame needs more; each script and picture is there by its name.
 */
export function loadAssets(): Assets {
  loaded ??= readAssets()
  return loaded
}

function readAssets(): Assets {
  const css = read('css').map(({ body }) => String(body))
  const apart = (folder: string) =>
    squeezed(
      read(folder)
        .map(({ body }) => String(body))
        .join('\n'),
    )
  const style = squeezed(css.join('\n'))
  const named = new Map<string, Asset>()
  const add = (name: string, body: Buffer) => {
    if (types[extname(name)]) named.set(name, assetOf(name, body))
  }
  add(dressed, Buffer.from(style))
  add('app.css', Buffer.from(style + apart('css/operators')))
  add('embed.css', Buffer.from(apart('css/embed')))
  for (const folder of ['js', 'img']) {
    for (const { name, body } of read(folder)) add(name, name === 'live.js' ? withIdiomorph(body) : body)
  }

  const dresses = new Map<string, Asset>()
  const dress = (rules: string) => {
    const kept = dresses.get(rules) ?? assetOf(dressed, Buffer.from(style + rules))
    dresses.delete(rules)
    dresses.set(rules, kept)
    for (const oldest of dresses.keys()) if (dresses.size > mostDresses) dresses.delete(oldest)
    return kept
  }
  const present = (name: string, rules: string) =>
    name === dressed && rules !== '' ? dress(rules) : named.get(name)
  return {
    address(name, rules = '') {
      const asset = present(name, rules)
      if (!asset) throw new Error(`There is no asset ${name} in public/.`)
      return asset.address
    },
    at(address, rules) {
      const known = [...named.values(), ...dresses.values()].find((asset) => asset.address === address)
      if (known) return { asset: known, exact: true }
      const asset = present(nameIn(address), rules)
      return asset ? { asset, exact: asset.address === address } : null
    },
  }
}

const hashLength = 10

function assetOf(name: string, body: Buffer): Asset {
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, hashLength)
  const address = `/assets/${name.replace(/(\.\w+)$/, `.${hash}$1`)}`
  return { address, type: types[extname(name)] ?? '', body, packed: {} }
}

/** The name of the asset that an address with a hash is one state of; no name that any asset has for any other. */
function nameIn(address: string) {
  const [, name = '', end = ''] =
    new RegExp(`^/assets/(.+)\\.[\\w-]{${hashLength}}(\\.\\w+)$`).exec(address) ?? []
  return name + end
}

/** Without comments and the spaces that mean nothing; our CSS has no text in which one of these would mean something. */
function squeezed(css: string) {
  return css
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,]) ?/g, '$1')
    .replace(/: /g, ':')
    .replaceAll(';}', '}')
    .trim()
}

function read(folder: string) {
  try {
    const files = readdirSync(join(publicFolder, folder), { withFileTypes: true }).filter((one) =>
      one.isFile(),
    )
    const names = files.map(({ name }) => name).sort()
    return names.map((name) => ({ name, body: readFileSync(join(publicFolder, folder, name)) }))
  } catch {
    return []
  }
}

/**
 * Serves the assets, compressed once; their names carry their hash, so they are kept for ever. A page that a cache
 * kept from before asks for a hash that is no more: it gets the asset as it is now, for a minute. `rulesOf` tells the
 * rules that the page's `public.css` ends in.
 */
export function serveAssets(
  app: FastifyInstance,
  assets: Assets,
  { config, rulesOf }: { config: object; rulesOf: (request: FastifyRequest) => Promise<string> },
) {
  app.get<{ Params: { '*': string } }>('/assets/*', { config }, async (request, reply) => {
    const address = `/assets/${request.params['*']}`
    const known = assets.at(address, '')
    const found = known?.exact === false ? assets.at(address, await rulesOf(request)) : known
    if (!found) return reply.callNotFound()
    const lasting = found.exact ? 'public, max-age=31536000, immutable' : 'public, max-age=60'
    return send(request, reply.header('cache-control', lasting), found.asset)
  })
}

async function send(request: FastifyRequest, reply: FastifyReply, asset: Asset) {
  reply.type(asset.type)
  if (!pressed.has(extname(asset.address))) return reply.send(asset.body)
  const encoding = encodingFor(request.headers['accept-encoding'])
  asset.packed[encoding] ??= await pack[encoding](asset.body)
  if (encoding !== 'identity') reply.header('content-encoding', encoding)
  return reply.header('vary', 'accept-encoding').send(asset.packed[encoding])
}

const pack: Record<Encoding, (body: Buffer) => Promise<Buffer>> = {
  br: (body) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  gzip: (body) => promisify(gzip)(body, { level: 9 }),
  identity: async (body) => body,
}
