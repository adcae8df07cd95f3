import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'
import { editSite } from './actions.ts'
import { readSite } from './store.ts'

test('two admins at the settings: whoever saves later sees what the other saved, and loses nothing', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  const admin = await server.signedIn('admin')
  const { version } = await readSite(ship)
  await editSite(ship, { name: 'Northwind', time_zone: 'Europe/Tallinn', version })

  const mine = { name: 'My own name', time_zone: 'UTC' }
  const late = await admin.post('/admin/settings', { ...mine, version: String(version) })
  assert.equal(late.statusCode, 409)
  for (const words of ['Somebody else saved this meanwhile', 'Northwind', 'Europe/Tallinn', 'My own name']) {
    assert.ok(late.body.includes(words), words)
  }
  const again = /name="version" value="(\d+)"/.exec(late.body)?.[1] ?? ''
  assert.equal((await admin.post('/admin/settings', { ...mine, version: again })).statusCode, 303)
  assert.equal((await readSite(ship)).name, 'My own name')
})

test('a zone that does not exist is answered beside its field, with all that was typed', async () => {
  const server = await startTestApp(await world())
  const admin = await server.signedIn('admin')
  const answer = await admin.post('/admin/settings', { name: 'Northwind', time_zone: 'Mars', version: '0' })
  assert.equal(answer.statusCode, 422)
  assert.ok(answer.body.includes('Use a name like Europe/Tallinn') && answer.body.includes('value="Mars"'))
})

test('a token changes the settings as an admin does, and a stale version is told what stands there now', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  const headers = { authorization: await server.token('admin') }
  const patch = (payload: object) => server.inject({ method: 'PATCH', url: '/api/v1/site', headers, payload })
  const named = await patch({ name: 'Northwind' })
  assert.deepEqual(named.json(), { ...(await readSite(ship)), name: 'Northwind', version: 1 })
  assert.equal((await patch({ name: 'Northwind' })).json().version, 2)
  const late = await patch({ time_zone: 'Europe/Tallinn', version: 0 })
  assert.equal(late.statusCode, 409)
  assert.equal(late.json().current.name, 'Northwind')
  assert.equal((await patch({ time_zone: 'Mars' })).statusCode, 422)
})
