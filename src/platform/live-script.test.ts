import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { startTestApp, type TestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'
import { loadAssets } from './assets.ts'

let server: TestApp
before(async () => {
  server = await startTestApp(await world())
})
after(() => server?.app.close())

test('the script of a public page is 5 KB at most on its way, all of it', async () => {
  const { body } = await server.inject({ url: loadAssets().address('live.js') })
  assert.match(body, /Idiomorph[\s\S]*visibilitychange/)
  assert.doesNotMatch(body, /\n\s*(\/\/|\/\*)/)
  assert.ok(gzipSync(body, { level: 9 }).length <= 5 * 1024, `${gzipSync(body, { level: 9 }).length} bytes`)
  assert.ok(brotliCompressSync(body).length <= 5000, `${brotliCompressSync(body).length} bytes`)
})

test('the script leaves nothing of its own in the page’s scope', async () => {
  const { body } = await server.inject({ url: loadAssets().address('live.js') })
  assert.match(body, /^\(\(\)=>\{[\s\S]*\}\)\(\)\n$/)
})
