import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { renderingFiles } from './rendering-files.ts'

test('however many addresses are made up, the pages that there are stay on disk, and the rest is bounded', async (t) => {
  const own = mkdtempSync(join(tmpdir(), 'shiplog-files-'))
  t.after(() => rmSync(own, { recursive: true, force: true }))
  const folder = join(own, 'pages')
  const files = renderingFiles(folder, (error) => assert.fail(String(error)))
  const save = (address: string) => files.save({ address, headers: {}, body: 'as it was', made_at: 1 })
  const pages = ['/', '/incidents/one', '/api/v2/summary.json']
  files.hold(pages)
  for (const page of pages) save(page)
  for (let count = 0; count < 5_500; count++) save(`/badge.svg?label=${count}`)
  await files.settled()
  for (const page of pages) assert.equal((await files.load(page))?.body, 'as it was', page)
  assert.ok(readdirSync(folder).length <= 5_000)
  assert.equal(await files.load('/badge.svg?label=0'), null)
})
