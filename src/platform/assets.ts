import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { withIdiomorph } from './live-script.ts'

const publicFolder = join(import.meta.dirname, '../../public')
const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
}

type Asset = { body: Buffer; type: string }
export type Assets = { address(name: string): string; files: Map<string, Asset> }

let loaded: Assets | undefined

/** Everything that browsers may fetch, read once: the CSS joined into `app.css`, each script and picture by name. */
export function loadAssets(): Assets {
  loaded ??= readAssets()
  return loaded
}

function readAssets(): Assets {
  const files = new Map<string, Asset>()
  const addresses = new Map<string, string>()
  const add = (name: string, body: Buffer) => {
    const type = types[extname(name)]
    if (!type) return
    const hash = createHash('sha256').update(body).digest('base64url').slice(0, 10)
    const address = `/assets/${name.replace(/(\.\w+)$/, `.${hash}$1`)}`
    files.set(address, { body, type })
    addresses.set(name, address)
  }
  add('app.css', Buffer.concat(read('css').map((file) => file.body)))
  for (const folder of ['js', 'img']) {
    for (const { name, body } of read(folder)) add(name, name === 'live.js' ? withIdiomorph(body) : body)
  }
  const address = (name: string) => {
    const found = addresses.get(name)
    if (!found) throw new Error(`There is no asset ${name} in public/.`)
    return found
  }
  return { address, files }
}

function read(folder: string) {
  let names: string[]
  try {
    names = readdirSync(join(publicFolder, folder)).sort()
  } catch {
    return []
  }
  return names.map((name) => ({ name, body: readFileSync(join(publicFolder, folder, name)) }))
}

/** Serves the assets; their names carry their hash, so they are kept for ever. */
export function serveAssets(app: FastifyInstance, assets: Assets, config: object) {
  app.get<{ Params: { '*': string } }>('/assets/*', { config }, (request, reply) => {
    const asset = assets.files.get(`/assets/${request.params['*']}`)
    if (!asset) return reply.callNotFound()
    return reply
      .header('cache-control', 'public, max-age=31536000, immutable')
      .type(asset.type)
      .send(asset.body)
  })
}
