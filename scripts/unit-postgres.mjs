// The same process as unit.mjs's, and those tests of processes.mjs that need no process, on PostgreSQL: all that have
// to do with what is stored. What asks the same of every route, and what reads pages as they are written, waits for
// test:durability, which runs the rest too (`WHOLE=1`).
import './untraced.mjs'
import { globSync, readFileSync } from 'node:fs'

process.env.TESTS_ON = 'postgres'
const elsewhere = /^src\/(commands\/|demo\/|html|same-answers)/ // their own processes and stores, or words alone
const later =
  /^src\/(attacks\/|health\/|backups\/|fuzz|front|leaks|words|.*\/(web|guard|nodes|wire|duty|postgres|facts|migrate|login|hanging)\.test)/
const files = globSync('src/**/*.test.ts')
  .filter((file) => !elsewhere.test(file))
  .filter((file) => process.env.WHOLE || !later.test(file))
  .filter((file) => /\/testing\/|'\.\/testing/.test(readFileSync(file, 'utf8')))
for (const file of files.sort()) await import(`../${file}`)
