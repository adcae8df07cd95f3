// One process for all tests that need no browser: no module holds state, so they cannot disturb each other.
import { globSync } from 'node:fs'

for (const file of globSync(['src/**/*.test.ts', 'scripts/*.test.ts']).sort()) await import(`../${file}`)
