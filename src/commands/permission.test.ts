import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { shell } from '../testing/shell.ts'

const root = join(import.meta.dirname, '../..')

/** The flags under which the unit of systemd starts Node, with this machine's folders. */
function flagsFor(folder: string): string[] {
  const unit = readFileSync(join(root, 'deploy/shiplog.service'), 'utf8').replaceAll('\\\n', ' ')
  const [, command = ''] = /^ExecStart=(.*) src\/main\.ts serve$/m.exec(unit) ?? []
  const known = process.allowedNodeEnvironmentFlags
  return command
    .split(/\s+/)
    .slice(1)
    .map((flag) => flag.replace('/opt/shiplog', root).replace('/var/lib/shiplog', folder))
    .filter((flag) => known.has(flag.split('=')[0] ?? '')) // Node 24 does not know them all
}

/** What somebody would try who could run code in the server, and what came of it, once it is told to. */
const attempt = `
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
const tried = {
  passwd: () => readFileSync('/etc/passwd'),
  environment: () => readFileSync('/proc/self/environ'),
  exec: () => execFileSync('/bin/true'),
  write: () => writeFileSync(new URL('./main.ts', MAIN), readFileSync(new URL('./main.ts', MAIN))),
}
process.on('SIGUSR2', () => {
  const came = Object.entries(tried).map(([what, work]) => {
    try { work(); return [what, 'done'] } catch (error) { return [what, error.code] }
  })
  console.log('tried ' + JSON.stringify(Object.fromEntries(came)))
})
`

async function tries(server: { signal(name: NodeJS.Signals): unknown; said(): { out: string } }) {
  server.signal('SIGUSR2')
  for (;;) {
    const [, came] = /^tried (.*)$/m.exec(server.said().out) ?? []
    if (came) return JSON.parse(came)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test('52, 70: under the unit’s permissions it serves, signs in and takes a delivery, and can do nothing else', async (t) => {
  const person = { SHIPLOG_ADMIN_EMAIL: 'ada@example.com', SHIPLOG_ADMIN_PASSWORD: 'correct horse battery' }
  const { serving, shiplog, folder } = shell(t, person)
  const probe = join(folder, 'probe.mjs')
  const spare = pathToFileURL(join(root, 'src/main.ts'))
  writeFileSync(probe, attempt.replaceAll('MAIN', JSON.stringify(spare)))
  const flags = [...flagsFor(folder), '--import', pathToFileURL(probe).href]
  const server = await serving(['serve'], {}, flags)
  const ask = (path: string, more: RequestInit = {}) =>
    fetch(`${server.address}${path}`, { redirect: 'manual', ...more })

  assert.equal((await ask('/')).status, 200)
  const page = await ask('/login')
  const cookies = (answer: Response) =>
    answer.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ')
  const [, _csrf = ''] = /name="_csrf" value="([^"]+)"/.exec(await page.text()) ?? []
  const { SHIPLOG_ADMIN_EMAIL: email, SHIPLOG_ADMIN_PASSWORD: password } = person
  const body = new URLSearchParams({ _csrf, email, password })
  const come = await ask('/login', {
    method: 'POST',
    body,
    headers: { cookie: cookies(page), origin: server.address },
  })
  assert.equal(come.status, 303, await come.text())
  assert.equal((await ask('/admin/releases', { headers: { cookie: cookies(come) } })).status, 200)

  const { out: token } = await shiplog('token', 'create', '--name', 'all', '--scope', 'admin')
  const authorization = `Bearer ${token.trim()}`
  const event = { type: 'release.succeeded', service: 'shop', run: '1', version: '1' }
  const headers = { authorization, 'content-type': 'application/json' }
  const sent = await ask('/api/v1/events', { method: 'POST', headers, body: JSON.stringify(event) })
  assert.equal(sent.status, 202, await sent.text())
  const figures = await (await ask('/metrics', { headers: { authorization } })).text()
  assert.match(figures, /^process_resident_memory_bytes [1-9]/m)
  assert.match(figures, /^process_open_fds [1-9]/m)
  assert.equal((await ask('/readyz')).status, 200)

  const denied = 'ERR_ACCESS_DENIED'
  assert.deepEqual(await tries(server), { passwd: denied, environment: denied, exec: denied, write: denied })
  assert.equal(await server.stop(), 0, server.said().err)
})

test('without the permissions the same attempts succeed', async (t) => {
  const { serving, folder } = shell(t)
  const probe = join(folder, 'probe.mjs')
  const spare = join(folder, 'main.ts')
  writeFileSync(spare, '')
  writeFileSync(probe, attempt.replaceAll('MAIN', JSON.stringify(pathToFileURL(spare))))
  const server = await serving(['serve'], {}, ['--import', pathToFileURL(probe).href])
  const done = 'done'
  assert.deepEqual(await tries(server), { passwd: done, environment: done, exec: done, write: done })
})
