// The same process as unit.mjs's, and those tests of processes.mjs that need no process, on PostgreSQL: all that have
// to do with what is stored.
import { globSync, readFileSync } from 'node:fs'

process.env.TESTS_ON = 'postgres'
const elsewhere = /^src\/(commands\/|demo\/|html|same-answers)/ // their own processes and stores, or words alone
const files = globSync('src/**/*.test.ts')
  .filter((file) => !elsewhere.test(file))
  .filter((file) => /\/testing\/|'\.\/testing/.test(readFileSync(file, 'utf8')))
for (const file of files.sort()) await import(`../${file}`)
