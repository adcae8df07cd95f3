// Every story runs on a store that is fast to set up, the central ones on both, and some on PostgreSQL alone.
import { globSync } from 'node:fs'

const all = globSync('e2e/*.test.ts').sort()
/** @param {string[]} names */
const those = (...names) => all.filter((file) => names.some((name) => file === `e2e/${name}.test.ts`))

/** They walk through every page, which takes the browser's whole time. */
export const walks = those('accessibility', 'accessible-forms')
/** They break the store's file, kill the server or count what each test asked for. */
export const apart = those('broken-store', 'live', 'killed-server')
const onPostgresAlone = those('desk', 'people')
export const onPostgres = [...those('curl-story', 'main-job'), ...onPostgresAlone]
export const shared = all.filter((file) => ![...walks, ...apart, ...onPostgresAlone].includes(file))
