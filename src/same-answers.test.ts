import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { fuzzSeed } from './testing/fuzz-seed.ts'
import { answeredAlike } from './testing/same-answers.ts'
import { addTemplate, list } from './testing/same-operations.ts'
import { sides } from './testing/same-sides.ts'
import { once } from './testing/world.ts'

test('whatever is done, in whatever order, both stores answer alike', once, async (t) => {
  const seed = fuzzSeed()
  t.diagnostic(`seed ${seed}`)
  const both = await sides()
  await fc.assert(answeredAlike(both), { seed, numRuns: 20, endOnFailure: true })
  await both.close()
})

test('a store that sorts as people do, not byte by byte, is found out', once, async () => {
  const both = await sides()
  const collate = (how: string) =>
    sql
      .raw(`alter table incident_templates alter column name type text collate "${how}"`)
      .execute(both.postgres.db)
  await collate('en-x-icu')
  const { failed } = await fc.check(answeredAlike(both, [addTemplate, list]), {
    seed: 1,
    numRuns: 100,
    endOnFailure: true,
  })
  await collate('C')
  await both.close()
  assert.ok(failed)
})
