import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'

test('whether a form arrived is told to whoever sent it, and to nobody else', async () => {
  const server = await startTestApp(await world())
  const [admin, other] = [await server.signedIn('admin'), await server.signedIn('admin')]
  const fields = { name: 'Northwind', time_zone: 'UTC', version: '0' }
  await admin.post('/admin/settings', { ...fields, name: '', _form: 'refused00000' })
  await admin.post('/admin/settings', { ...fields, _form: 'arrived00000' })
  const told = async (client: typeof admin, form: string) => (await client.get(`/admin/sent/${form}`)).body
  assert.match(await told(admin, 'arrived00000'), /It arrived.*<a href="\/admin\/settings">See it/)
  for (const [client, form] of [
    [other, 'arrived00000'],
    [admin, 'refused00000'],
    [admin, 'arrived0000'],
    [admin, '%25'],
    [admin, '_'.repeat(12)],
  ] as const) {
    assert.match(await told(client, form), /Nothing of it arrived/, form)
  }
})
