import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { componentStatuses } from '../components/model.ts'
import { startTestApp, type TestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'
import { loadAssets } from './assets.ts'

const tones = [...componentStatuses, 'unknown']

let server: TestApp
before(async () => {
  server = await startTestApp(await world())
})
after(() => server?.app.close())

test('each state has a favicon of its own shape at an address that stays', async () => {
  const shapes = new Set<string>()
  for (const tone of tones) {
    const { statusCode, headers, body } = await server.inject({ url: `/favicon/${tone}.svg` })
    assert.deepEqual([statusCode, headers['content-type']], [200, 'image/svg+xml'], tone)
    assert.match(String(headers['cache-control']), /^public, max-age=86400$/)
    assert.match(body, /prefers-color-scheme:dark/)
    assert.ok(body.length < 500, `${tone}: ${body.length} bytes`)
    shapes.add(body.replace(/<title>.*?<\/title>|#\w+/g, ''))
  }
  assert.equal(shapes.size, tones.length)
})

test('a state that does not exist has no favicon, and no path leads out of the folder', async () => {
  for (const url of ['/favicon/fine.svg', '/favicon/', '/favicon/..%2fjs%2flive.js', '/favicon/operational'])
    assert.equal((await server.inject({ url })).statusCode, 404, url)
})

test('who asks for the favicon of old is sent to the mark', async () => {
  const { statusCode, headers } = await server.inject({ url: '/favicon.ico' })
  assert.deepEqual([statusCode, headers.location], [302, loadAssets().address('flag.svg')])
})

test('each state has a card for whoever shares the page, 1200 by 630 and small', async () => {
  for (const tone of tones) {
    const { rawPayload: card } = await server.inject({ url: loadAssets().address(`card-${tone}.png`) })
    assert.deepEqual([card.readUInt32BE(16), card.readUInt32BE(20)], [1200, 630], tone)
    assert.ok(card.length < 20_000, `${tone}: ${card.length} bytes`)
  }
})
