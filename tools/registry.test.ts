import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { install, type Machine, startMachine, until } from './machine.ts'
import { nowhere } from './wires.ts'

const skip = install({ 'docker-registry': 'docker-registry', skopeo: 'skopeo' })
let machine: Machine
let hub: Awaited<ReturnType<typeof startRegistry>>

before(async () => {
  if (skip) return
  machine = await startMachine({ kind: 'registry', components: ['Shop'] })
  hub = await startRegistry()
})
after(async () => {
  await hub?.stop()
  await machine?.stop()
})

type Notice = { id: string; action: string; target: { tag?: string; digest?: string } }

test('a real registry tells of a push, and the release of that version shows its digest', {
  skip,
}, async () => {
  const digest = imageIn(machine.folder)
  await hub.skopeo('copy', `oci:${machine.folder}/image`, `docker://${hub.host}/acme/shop:1.4.2`)
  await until(() => hub.heard().some(({ target }) => target.tag === '1.4.2'))
  await settled(
    () => machine.api<{ data: unknown[] }>('/api/v1/releases'),
    ({ data }) => data.length === 0,
  )

  const said = { type: 'release.succeeded', run: '7', service: 'shop', version: '1.4.2' }
  await machine.api('/api/v1/events', said)
  const [release] = await machine.releases()
  assert.equal(release?.artifact, `acme/shop@${digest}`)
})

test('the same digest under another tag is another version, and a deletion changes nothing', {
  skip,
}, async () => {
  await hub.skopeo('copy', `docker://${hub.host}/acme/shop:1.4.2`, `docker://${hub.host}/acme/shop:stable`)
  await until(() => hub.heard().some(({ target }) => target.tag === 'stable'))
  await hub.skopeo('delete', `docker://${hub.host}/acme/shop:stable`)
  await until(() => hub.heard().some(({ action }) => action === 'delete'))
  const deliveries = await settled(
    () => machine.api<Deliveries>('/api/v1/deliveries'),
    ({ data }) => data.some(({ reason }) => reason?.includes('“delete”')),
  )
  assert.ok(deliveries.data.every(({ state }) => state !== 'invalid'))
  assert.equal((await machine.releases()).length, 1)
})

test('what a broken Shiplog refuses comes again with the same id, and counts once', { skip }, async () => {
  hub.breaks(true)
  await hub.skopeo('copy', `oci:${machine.folder}/image`, `docker://${hub.host}/acme/shop:1.4.3`)
  const tries = () => hub.refused().filter(({ target }) => target.tag === '1.4.3')
  await until(() => tries().length >= 2)
  hub.breaks(false)
  await until(() => hub.heard().some(({ target }) => target.tag === '1.4.3'))
  const ids = [...tries(), ...hub.heard()].flatMap(({ id, target }) => (target.tag === '1.4.3' ? id : []))
  assert.equal(new Set(ids).size, 1)
  const said = { type: 'release.succeeded', run: '8', service: 'shop', version: '1.4.3' }
  await machine.api('/api/v1/events', said)
  const [release] = await machine.releases()
  assert.match(release?.artifact ?? '', /^acme\/shop@sha256:/)
})

type Deliveries = { data: { state: string; reason: string | null }[] }

/** Reads until it is so: what a registry sends comes a moment after. */
async function settled<T>(read: () => Promise<T>, is: (told: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const told = await read()
    if (is(told)) return told
    assert.ok(tries < 100, JSON.stringify(told))
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** A registry on a free port that notifies the machine's source, over a wire that can break. */
async function startRegistry() {
  const wire = await brokenWire(machine)
  const origin = await nowhere()
  const host = new URL(origin).host
  const config = {
    version: '0.1',
    storage: { filesystem: { rootdirectory: join(machine.folder, 'registry') }, delete: { enabled: true } },
    http: { addr: host },
    notifications: {
      endpoints: [
        {
          name: 'shiplog',
          url: wire.address,
          headers: { Authorization: [`Bearer ${machine.secret}`] },
          ...{ timeout: '1s', threshold: 5, backoff: '1s' },
          ignore: { mediatypes: ['application/octet-stream'], actions: ['pull'] },
        },
      ],
    },
  }
  const file = join(machine.folder, 'registry.yml')
  writeFileSync(file, JSON.stringify(config)) // JSON is YAML too
  const running = machine.begin('docker-registry', ['serve', file])
  await running.until(/listening on/)
  const skopeo = async (verb: 'copy' | 'delete', ...where: string[]) => {
    const plain =
      verb === 'copy' ? ['--src-tls-verify=false', '--dest-tls-verify=false'] : ['--tls-verify=false']
    const done = await machine.run('skopeo', ['--insecure-policy', verb, ...plain, ...where])
    assert.equal(done.code, 0, done.err)
  }
  return { host, skopeo, ...wire, stop: () => running.stop().then(wire.stop) }
}

/** What stands between a registry and Shiplog; broken, it answers 503. */
async function brokenWire({ source }: Machine) {
  const [heard, refused]: Notice[][] = [[], []]
  let broken = false
  const server = createServer(async (request, reply) => {
    const body = await buffer(request)
    const list = broken ? refused : heard
    const answer = broken
      ? { status: 503 }
      : await fetch(source.address, { method: 'POST', body, headers: kept(request.headers) })
    list?.push(...JSON.parse(body.toString()).events)
    reply.writeHead(answer.status).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const breaks = (is: boolean) => {
    broken = is
  }
  return {
    address,
    breaks,
    heard: () => heard ?? [],
    refused: () => refused ?? [],
    stop: async () => void server.close(),
  }
}

function kept({ authorization = '', 'content-type': type = '' }: Record<string, unknown>) {
  return { authorization: String(authorization), 'content-type': String(type) }
}

/** The least image there is, as a folder in the OCI layout; answers the digest of its manifest. */
function imageIn(folder: string): string {
  const blobs = join(folder, 'image/blobs/sha256')
  mkdirSync(blobs, { recursive: true })
  const blob = (bytes: Buffer) => {
    const hex = createHash('sha256').update(bytes).digest('hex')
    writeFileSync(join(blobs, hex), bytes)
    return { digest: `sha256:${hex}`, size: bytes.length }
  }
  const json = (value: object) => blob(Buffer.from(JSON.stringify(value)))
  const kind = 'application/vnd.oci.image'
  const empty = Buffer.alloc(1024) // the end of an archive without files
  const layer = { mediaType: `${kind}.layer.v1.tar+gzip`, ...blob(gzipSync(empty)) }
  const diff_ids = [`sha256:${createHash('sha256').update(empty).digest('hex')}`]
  const of = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids }, config: {} }
  const config = { mediaType: `${kind}.config.v1+json`, ...json(of) }
  const mediaType = `${kind}.manifest.v1+json`
  const manifest = json({ schemaVersion: 2, mediaType, config, layers: [layer] })
  const index = { schemaVersion: 2, manifests: [{ mediaType, ...manifest }] }
  writeFileSync(join(folder, 'image/index.json'), JSON.stringify(index))
  writeFileSync(join(folder, 'image/oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  return manifest.digest
}
