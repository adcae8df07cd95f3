import { test } from 'node:test'
import fc from 'fast-check'
import { fuzzSeed } from '../src/testing/fuzz-seed.ts'
import { answeredAlike } from '../src/testing/same-answers.ts'
import { sides } from '../src/testing/same-sides.ts'

test('2,000 times, whatever is done, both stores answer alike', async (t) => {
  const seed = fuzzSeed()
  t.diagnostic(`seed ${seed}`)
  const both = await sides()
  await fc.assert(answeredAlike(both), { seed, numRuns: 2000, endOnFailure: true })
  await both.close()
})
