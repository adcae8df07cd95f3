import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from 'node:zlib'
import { loadAssets } from '../platform/assets.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'
import { grounds } from './accent.ts'
import { editSite } from './actions.ts'

const styles = join(import.meta.dirname, '../../public/css')
const cssOf = (file: string) => readFileSync(join(styles, file), 'utf8')
const styleOf = (html: string) => /href="(\/assets\/public\.[\w-]{10}\.css)"/.exec(html)?.[1] ?? ''

async function page(accent: string | null = null) {
  const ship = await world()
  const server = await startTestApp(ship)
  let version = 0
  const paint = async (accent: string | null) => {
    await editSite(ship, { name: 'Northwind', time_zone: 'UTC', accent, version })
    version += 1
  }
  if (accent) await paint(accent)
  const style = async () => styleOf((await server.inject('/')).body)
  const get = (url: string, encoding = 'identity') =>
    server.inject({ url, headers: { 'accept-encoding': encoding } })
  return { server, ship, paint, style, get }
}

test('the style that customers load is small, holds nothing of the operators’ pages, and is kept for ever', async () => {
  const { style, get } = await page()
  const { body, headers } = await get(await style())
  assert.ok(brotliCompressSync(body).length <= 6 * 1024, `${brotliCompressSync(body).length} bytes`)
  assert.doesNotMatch(body, /\.ops|\.pill|\.seg|\/\*/)
  assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable')
  const login = (await get('/login')).body
  assert.equal(styleOf(login), await style(), 'the login loads the same')
})

test('a style is sent as small as the browser reads it, and caches keep the kinds apart', async () => {
  const { style, get } = await page()
  const plain = await get(await style())
  const brotli = await get(await style(), 'gzip, deflate, br')
  const gzip = await get(await style(), 'gzip')
  assert.equal(plain.headers['content-encoding'], undefined)
  assert.equal(brotli.headers['content-encoding'], 'br')
  assert.equal(gzip.headers['content-encoding'], 'gzip')
  for (const { headers } of [plain, brotli, gzip]) assert.match(String(headers.vary), /accept-encoding/)
  assert.equal(String(brotliDecompressSync(brotli.rawPayload)), plain.body)
  assert.equal(String(gunzipSync(gzip.rawPayload)), plain.body)
  assert.ok(brotli.rawPayload.length < gzip.rawPayload.length)
})

test('an old page that a cache kept asks for a hash that is no more, and gets the style of now for a minute', async () => {
  const { style, get, server } = await page()
  for (const name of ['public.0123456789.css', 'app.aaaaaaaaaa.css', 'flag.________-_.svg']) {
    const { statusCode, headers } = await get(`/assets/${name}`)
    assert.equal(statusCode, 200, name)
    assert.equal(headers['cache-control'], 'public, max-age=60', name)
  }
  assert.equal((await get('/assets/public.0123456789.css')).body, (await get(await style())).body)
  for (const name of ['other.0123456789.css', 'public.0123456789.js', 'public.short.css', 'public.css']) {
    assert.equal((await get(`/assets/${name}`)).statusCode, 404, name)
  }
  const { statusCode, body } = await server.inject({ method: 'HEAD', url: '/assets/app.aaaaaaaaaa.css' })
  assert.deepEqual([statusCode, body], [200, ''])
})

test('an accent makes a style of its own, in a hue that is light enough in the dark', async () => {
  const { paint, style, get } = await page()
  const before = await style()
  await paint('#0f766e')
  assert.notEqual(await style(), before)
  const { body } = await get(await style())
  assert.match(
    body,
    /:root\{--raw-blue:#0f766e;--raw-flag:#0f766e\}@media screen and \(prefers-color-scheme:dark\)/,
  )
  assert.doesNotMatch((await get('/admin')).body, /0f766e/)
  await paint(null)
  assert.equal(await style(), before, 'without an accent it is as it was')
})

test('after a restart the style of a page from before is whole, though no page was made yet', async () => {
  const { style, get } = await page('#0a5c36')
  const address = await style()
  for (const red of ['1', '2', '3', '4', '5', '6', '7', '8', '9']) {
    const { style } = await page(`#${red}00000`) // as many as are kept, so that the first is forgotten
    await style()
  }
  const { body, headers } = await get(address)
  assert.match(body, /#0a5c36/)
  assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable')
})

test('without the database the style is still there, in its own colours', async () => {
  const { get, ship } = await page('#0a5c35')
  await ship.db.destroy()
  const { statusCode, headers } = await get('/assets/public.0123456789.css')
  assert.equal(statusCode, 200)
  assert.equal(headers['cache-control'], 'public, max-age=60')
})

test('an accent is measured on the grounds that the tokens name', () => {
  const [light = '', dark = ''] = cssOf('tokens.css').split('prefers-color-scheme: dark')
  for (const [theme, all] of [
    [light, grounds.light],
    [dark, grounds.dark],
  ] as const) {
    const raw = ['paper', 'surface', 'sunken'].map(
      (name) => new RegExp(`--raw-${name}: (#\\w{6})`).exec(theme)?.[1],
    )
    assert.deepEqual(Object.keys(all), raw)
  }
})

test('no text in our CSS holds what squeezing would take from it', () => {
  const css = globSync('**/*.css', { cwd: styles })
    .map(cssOf)
    .join('\n')
    .replace(/\/\*.*?\*\//gs, '')
  for (const [text] of css.matchAll(/"[^"\n]*"|'[^'\n]*'/g)) assert.doesNotMatch(text, /[{};,]|\s\s|: |\/\*/)
})

test('however many accents were tried, only the newest few styles are remembered', () => {
  const { address, at } = loadAssets()
  const tried = Array.from({ length: 100 }, (_, one) => address('public.css', `a{order:${one}}`))
  assert.equal(new Set(tried).size, 100)
  const known = tried.filter((one) => at(one, '')?.exact)
  assert.ok(known.length > 0 && known.length <= 8, `${known.length}`)
  assert.equal(known.at(-1), tried.at(-1))
})
