// One process for all tests that need neither a browser nor a process of their own: no module holds state, so
// they cannot disturb each other.
import './untraced.mjs'
import { globSync } from 'node:fs'

const elsewhere = /^src\/(commands\/|demo\/|accounts\/login)/ // see processes.mjs
const files = globSync('src/**/*.test.ts').filter((file) => !elsewhere.test(file))
for (const file of files.sort()) await import(`../${file}`)
