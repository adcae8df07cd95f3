import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestApp } from '../testing/http.ts'
import { multipart, png, svg } from '../testing/pictures.ts'
import { world } from '../testing/world.ts'
import { changeLogo, removeLogo } from './actions.ts'
import { mostLogoBytes, pictureIn } from './logo.ts'
import { readLogo, readSite } from './store.ts'

const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex')
const webp = Buffer.concat([Buffer.from('RIFF\x1a\0\0\0WEBPVP8L', 'latin1'), Buffer.alloc(16)])

async function settings() {
  const ship = await world()
  const server = await startTestApp(ship)
  const admin = await server.signedIn('admin')
  await admin.get('/admin/settings')
  /** Sends the form with a file, as the admin's browser does. */
  const upload = (file: Buffer, { fields = {}, headers = {}, as = {} }: Sent = {}) => {
    const form = multipart({ _csrf: admin.csrf(), ...fields }, file, as)
    const cookie = admin.cookies()
    const own = { cookie, origin: 'http://localhost:8080', accept: 'text/html' }
    const url = '/admin/settings/logo'
    return server.inject({
      method: 'POST',
      url,
      payload: form.payload,
      headers: { ...own, ...form.headers, ...headers },
    })
  }
  const bearer = { authorization: await server.token('admin') }
  const put = (payload: Buffer | string, type = 'image/png') =>
    server.inject({
      method: 'PUT',
      url: '/api/v1/site/logo',
      payload,
      headers: { ...bearer, 'content-type': type },
    })
  return { ship, server, admin, upload, put, bearer }
}
type Sent = {
  fields?: Record<string, string>
  headers?: Record<string, string>
  as?: { name?: string; type?: string }
}

test('what a file is, its first bytes tell', () => {
  assert.equal(pictureIn(png)?.type, 'image/png')
  assert.equal(pictureIn(jpeg)?.type, 'image/jpeg')
  assert.equal(pictureIn(webp)?.type, 'image/webp')
  const doctype =
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
  for (const before of ['', '\uFEFF', '\n ', '<?xml version="1.0"?>\n<!-- drawn by hand -->\n', doctype]) {
    assert.equal(pictureIn(Buffer.from(before + svg))?.type, 'image/svg+xml', before)
  }
})

test('what is no picture, or two things at once, is none', () => {
  const none: [string, Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['a page', Buffer.from('<!doctype html><svg></svg>')],
    ['a page after a comment', Buffer.from('<!-- <svg> --><html><svg></svg></html>')],
    ['a page that a picture follows', Buffer.from(`<script>alert(1)</script>${svg}`)],
    ['a picture that a page follows', Buffer.from(`${svg}<script>alert(1)</script>`)],
    ['an SVG that never ends', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg">')],
    ['another element', Buffer.from('<svgx></svg>')],
    ['a bomb of entities', Buffer.from(`<!DOCTYPE svg [<!ENTITY a "aaaa">]>${svg}`)],
    ['a GIF that is a script', Buffer.from('GIF89a/*<svg></svg>*/=alert(1)')],
    ['a PDF', Buffer.from('%PDF-1.7')],
    ['the name of a PNG', Buffer.from('\x89PNG', 'latin1')],
    ['a PNG without its head', Buffer.concat([png.subarray(0, 8), Buffer.from('<script>alert(1)</script>')])],
    ['sound in the coat of WebP', Buffer.from('RIFF\0\0\0\0WAVEfmt ', 'latin1')],
    ['UTF-16', Buffer.from(`\uFEFF${svg}`, 'utf16le')],
    ['comments without end', Buffer.from('<!--'.repeat(16_000))],
    ['comments and no picture', Buffer.from('<!---->'.repeat(9_000))],
  ]
  for (const [what, bytes] of none) assert.equal(pictureIn(bytes), null, what)
})

test('a logo that was uploaded stands on every page for customers, and its file is kept for ever', async () => {
  const { upload, server, ship, admin } = await settings()
  const answer = await upload(png, { as: { name: '../../evil.svg', type: 'text/html' } })
  assert.equal(answer.statusCode, 303)
  const { logo } = await readSite(ship)
  assert.match(logo ?? '', /^\/logo\/[\w-]{16}\.png$/)
  for (const url of ['/', '/releases', '/login', '/nowhere']) {
    const page = await server.inject({ url, headers: { accept: 'text/html' } })
    assert.ok(page.body.includes(`<img class="brand__logo" src="${logo}" alt="">`), url)
  }
  assert.ok(!(await admin.get('/admin/journal')).body.includes('brand__logo'), 'operators see the name alone')
  const file = await server.inject(logo ?? '')
  assert.deepEqual(file.rawPayload, png)
  assert.equal(file.headers['content-type'], 'image/png')
  assert.equal(file.headers['cache-control'], 'public, max-age=31536000, immutable')
})

test('an SVG with a script in it is inert, however it is opened', async () => {
  const { put, server } = await settings()
  const hostile = `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script>
    <foreignObject><iframe src="javascript:alert(1)"/></foreignObject></svg>`
  const { logo } = (await put(hostile, 'image/svg+xml')).json()
  const { headers } = await server.inject(logo)
  assert.equal(headers['content-security-policy'], "default-src 'none'; style-src 'unsafe-inline'; sandbox")
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.equal(headers['content-type'], 'image/svg+xml')
})

test('a file that is too large, none, or no picture is refused beside its field, and the logo stays', async () => {
  const { upload, ship, admin } = await settings()
  await upload(png)
  const { logo } = await readSite(ship)
  const large = Buffer.concat([png, Buffer.alloc(mostLogoBytes)])
  for (const [file, words] of [
    [large, 'A logo has at most 64 KiB.'],
    [Buffer.alloc(0), 'Choose a picture first.'],
    [Buffer.from('<html>'), 'This is no PNG, JPEG, WebP or SVG.'],
  ] as const) {
    const answer = await upload(file)
    assert.equal(answer.statusCode, 422, words)
    assert.ok(answer.body.includes(`id="logo-error">${words}`), words)
  }
  const exact = Buffer.concat([png, Buffer.alloc(mostLogoBytes - png.length)])
  assert.equal((await upload(exact)).statusCode, 303, 'exactly so much is taken')
  await upload(png)
  assert.equal((await readSite(ship)).logo, logo)
  assert.equal((await admin.post('/admin/settings/logo', {})).statusCode, 422, 'a form without a file')
})

test('the upload passes every gate that other forms pass', async () => {
  const { upload, ship, server } = await settings()
  const journal = async () => (await ship.db.selectFrom('journal').select('id').execute()).length
  const before = await journal()
  for (const [what, sent] of [
    ['no token', { fields: { _csrf: '' } }],
    ['a token of somebody else', { fields: { _csrf: 'x'.repeat(43) } }],
    ['another origin', { headers: { origin: 'https://evil.example' } }],
    ['another site', { headers: { 'sec-fetch-site': 'cross-site' } }],
    ['no origin', { headers: { origin: 'null' } }],
  ] as [string, Sent][]) {
    assert.equal((await upload(png, sent)).statusCode, 403, what)
  }
  const signedOut = await upload(png, { headers: { cookie: '' } })
  assert.equal(signedOut.statusCode, 303, 'a file cannot wait behind the login')
  assert.match(String(signedOut.headers.location), /^\/login\?next=/)
  const editor = await server.signedIn('editor')
  assert.equal((await upload(png, { headers: { cookie: editor.cookies() } })).statusCode, 403)
  assert.equal(await journal(), before + 1, 'only the editor’s session was opened')
  assert.equal((await readSite(ship)).logo, null)
})

test('no other form takes a file, and neither does the API', async () => {
  const { server, admin, bearer } = await settings()
  const form = multipart({ _csrf: admin.csrf(), name: 'Northwind', time_zone: 'UTC' }, png)
  const own = { cookie: admin.cookies(), origin: 'http://localhost:8080', ...form.headers }
  for (const url of ['/admin/settings', '/admin/settings/logo/removal', '/admin/components', '/login']) {
    const answer = await server.inject({ method: 'POST', url, payload: form.payload, headers: own })
    assert.equal(answer.statusCode, 415, url)
  }
  for (const [method, url] of [
    ['PUT', '/api/v1/site/logo'],
    ['PATCH', '/api/v1/site'],
    ['POST', '/api/v1/events'],
  ] as const) {
    const answer = await server.inject({
      method,
      url,
      payload: form.payload,
      headers: { ...bearer, ...form.headers },
    })
    assert.ok([401, 403, 415].includes(answer.statusCode), url)
  }
})

test('a form that is broken in the middle is refused in words, and a flood of fields too', async () => {
  const { upload, server, admin } = await settings()
  const own = { cookie: admin.cookies(), origin: 'http://localhost:8080', accept: 'text/html' }
  const url = '/admin/settings/logo'
  const send = (payload: string, type: string) =>
    server.inject({ method: 'POST', url, payload, headers: { ...own, 'content-type': type } })
  const part = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
  for (const [payload, type] of [
    ['', 'multipart/form-data; boundary=x'],
    [`${part}b`, 'multipart/form-data; boundary=x'],
    ['--x\r\nnonsense', 'multipart/form-data; boundary=x'],
    [`${part}b\r\n--x--`, 'multipart/form-data; nothing'],
    [`${`${part}b\r\n`.repeat(100)}--x--`, 'multipart/form-data; boundary=x'],
    [`${part.replace('"a"', '"__proto__"')}b\r\n--x--`, 'multipart/form-data; boundary=x'],
    [`${part.replace('"a"', '"_form"')}\0\r\n--x--`, 'multipart/form-data; boundary=x'],
  ] as const) {
    const { statusCode } = await send(payload, type)
    assert.ok(statusCode >= 400 && statusCode < 500, `${statusCode} ${type} ${payload.slice(0, 80)}`)
  }
  const huge = await upload(png, { headers: { 'content-length': String(9 * 2 ** 20) } })
  assert.equal(huge.statusCode, 413)
})

test('the same form with another picture is another form; sent twice it acts once', async () => {
  const { upload, ship } = await settings()
  const fields = { _form: 'one' }
  const lines = async () =>
    (await ship.db.selectFrom('journal').select('action').where('action', '=', 'site.logo_changed').execute())
      .length
  await Promise.all([upload(png, { fields }), upload(png, { fields })])
  assert.equal(await lines(), 1)
  await upload(svg, { fields })
  assert.match((await readSite(ship)).logo ?? '', /\.svg$/)
})

test('a token sets and removes the logo as an admin does', async () => {
  const { put, server, ship, bearer } = await settings()
  const made = await put(png)
  assert.equal(made.statusCode, 200)
  assert.equal(made.json().logo, (await readSite(ship)).logo)
  assert.equal((await put(Buffer.alloc(mostLogoBytes + 1))).statusCode, 413)
  assert.equal((await put('<html>', 'image/png')).statusCode, 422)
  assert.equal((await put('{}', 'application/json')).statusCode, 415)
  assert.equal((await put(png, 'text/plain')).statusCode, 415)
  const remove = () => server.inject({ method: 'DELETE', url: '/api/v1/site/logo', headers: bearer })
  assert.equal((await remove()).statusCode, 204)
  assert.equal((await remove()).statusCode, 204, 'it is gone, as was asked')
  assert.equal((await readSite(ship)).logo, null)
  const without = { method: 'PUT', url: '/api/v1/site/logo', payload: png } as const
  assert.equal(
    (await server.inject({ ...without, headers: { 'content-type': 'image/png' } })).statusCode,
    401,
  )
})

test('a page that a cache kept asks for the logo of before, and gets that of now; one that was removed is gone', async () => {
  const { ship, server } = await settings()
  await changeLogo(ship, png)
  const { logo: before } = await readSite(ship)
  await changeLogo(ship, svg)
  const old = await server.inject(before ?? '')
  assert.equal(old.headers['content-type'], 'image/svg+xml')
  assert.equal(old.headers['cache-control'], 'public, max-age=60')
  await removeLogo(ship)
  assert.equal((await server.inject(before ?? '')).statusCode, 404)
  await changeLogo(ship, svg)
  const { logo } = await readSite(ship)
  await server.inject(logo ?? '')
  await ship.db.destroy()
  assert.equal((await server.inject(logo ?? '')).statusCode, 200, 'the store is away, the logo is not')
})

test('a logo is kept byte by byte, replaced and removed, each with its line in the journal', async () => {
  const ship = await world()
  await changeLogo(ship, png)
  assert.deepEqual(Buffer.from((await readLogo(ship))?.bytes ?? []), png)
  await changeLogo(ship, svg)
  assert.deepEqual(Buffer.from((await readLogo(ship))?.bytes ?? []), svg)
  await assert.rejects(changeLogo(ship, Buffer.concat([png, Buffer.alloc(mostLogoBytes)])), /64 KiB/)
  await removeLogo(ship)
  await removeLogo(ship)
  assert.equal(await readLogo(ship), undefined)
  const lines = await ship.db.selectFrom('journal').select('action').orderBy('id').execute()
  assert.deepEqual(
    lines.map(({ action }) => action),
    ['site.logo_changed', 'site.logo_changed', 'site.logo_removed'],
  )
})
