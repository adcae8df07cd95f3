// Every story runs on a store that is fast to set up, the central ones on both, and some on PostgreSQL alone.
import { globSync } from 'node:fs'

const all = globSync('e2e/*.test.ts').sort()
/** @param {string[]} names */
const those = (...names) => all.filter((file) => names.some((name) => file === `e2e/${name}.test.ts`))

/** They walk through everything, break the store's file, kill the server or count what each test asked for. */
export const apart = those('accessibility', 'accessible-forms', 'broken-store', 'killed-server', 'live')
const onPostgresAlone = those('desk', 'people')
export const onPostgres = [...those('curl-story', 'main-job'), ...onPostgresAlone]
export const shared = all.filter((file) => ![...apart, ...onPostgresAlone].includes(file))
