// Stories on PostgreSQL, which share one browser.
import './untraced.mjs'
import { onPostgres } from './which-stories.mjs'

process.env.TESTS_ON = 'postgres'
for (const file of onPostgres) await import(`../${file}`)
