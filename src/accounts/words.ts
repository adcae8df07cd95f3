import type { Role, Scope } from './model.ts'

/** What somebody with this role may do, in a few words. */
export const roleWords: Record<Role, string> = {
  viewer: 'sees everything, changes nothing',
  editor: 'declares incidents, posts updates, edits what customers see',
  admin: 'does everything, people and tokens too',
}

/** What a token with this scope is for, in a few words. */
export const scopeWords: Record<Scope, string> = {
  'components:read': 'see all components, hidden ones too',
  'components:write': 'add and change components and groups',
  'sources:read': 'see the sources and what waits in the inbox',
  'sources:write': 'add and change sources, map what waits',
  'releases:read': 'see all that is known of releases',
  'releases:write': 'report releases: what a deploy script needs',
  'incidents:read': 'see all incidents, hidden ones too',
  'incidents:write': 'declare incidents and post updates',
  'journal:read': 'read the journal',
  'metrics:read': 'read the figures at /metrics: what Prometheus needs',
  admin: 'everything',
}

const browsers: [RegExp, string][] = [
  [/\bEdg/, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const systems: [RegExp, string][] = [
  [/Android/, 'Android'],
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'Mac'],
  [/Linux|X11/, 'Linux'],
]

/** "Firefox on Linux", from what a browser says of itself; else that itself. */
export function browserWords(agent: string): string {
  const [browser, system] = [browsers, systems].map((list) => list.find(([sign]) => sign.test(agent))?.[1])
  if (!browser) return agent || 'unknown program'
  return system ? `${browser} on ${system}` : browser
}

/** A network in words where it is this very machine. */
export function networkWords(network: string): string {
  return /^(127\.0\.0\.0\/24|0:0:0:0::\/64)$/.test(network) ? 'this machine' : network
}

const written: Record<string, string> = {
  title: 'Title',
  name: 'Name',
  body: 'Text',
  description: 'Description',
  message: 'What is in it',
  reason: 'Reason',
  remedy_reason: 'Reason',
  service: 'Service',
}

/** What somebody wrote into a form with their own words, apart from what they chose. */
export function writtenWords(fields: { name: string; value: string }[]) {
  return fields.flatMap(({ name, value }) =>
    value && Object.hasOwn(written, name) ? [{ label: written[name] ?? name, value }] : [],
  )
}
