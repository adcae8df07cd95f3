// The tests that wait for processes and for password hashes, and those of the sample: beside unit.mjs, on the other core.
import './untraced.mjs'
import { globSync } from 'node:fs'

const files = globSync([
  'src/{commands,demo}/**/*.test.ts',
  'src/accounts/login.test.ts',
  'scripts/*.test.ts',
  'integrations/**/*.test.ts',
])
for (const file of files.sort()) await import(`../${file}`)
