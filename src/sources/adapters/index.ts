import { type Adapter, sourceGroups } from '../adapter.ts'
import { appEngine } from './app-engine.ts'
import { argoCd, argoRollouts } from './argo.ts'
import { chef } from './chef.ts'
import { cloudevents } from './cloudevents.ts'
import { devlake } from './devlake.ts'
import { digitalocean } from './digitalocean.ts'
import { dockerHub } from './docker-hub.ts'
import { flagger } from './flagger.ts'
import { github } from './github.ts'
import { gitlab } from './gitlab.ts'
import { googleCloudDeploy } from './google-cloud-deploy.ts'
import { grafana } from './grafana.ts'
import { heroku } from './heroku.ts'
import { native } from './native.ts'
import { netlify } from './netlify.ts'
import { puppet } from './puppet.ts'
import { registry } from './registry.ts'
import { sentry } from './sentry.ts'
import { ansible, capistrano, fabric, foreman, kamal } from './shell-tools.ts'
import { sns } from './sns.ts'
import { standardWebhooks } from './standard-webhooks.ts'
import { travis } from './travis.ts'
import { vercel } from './vercel.ts'

/** Every tool that Shiplog understands; a new one adds its line here. */
const adapters: readonly Adapter[] = [
  native,
  github,
  gitlab,
  cloudevents,
  standardWebhooks,
  capistrano,
  ansible,
  fabric,
  kamal,
  foreman,
  puppet,
  chef,
  registry,
  dockerHub,
  flagger,
  argoCd,
  argoRollouts,
  sns,
  googleCloudDeploy,
  appEngine,
  sentry,
  travis,
  heroku,
  vercel,
  netlify,
  digitalocean,
  grafana,
  devlake,
]

const byKind = new Map(adapters.map((adapter) => [adapter.kind, adapter]))

/** The adapter for a kind of source; the built-in source `api` speaks the native format. */
export function adapterFor(kind: string): Adapter | null {
  return byKind.get(kind === 'api' ? 'native' : kind) ?? null
}

/** The kinds an operator can choose from. */
export const sourceKinds = adapters.map(({ kind, label, hint }) => ({ kind, label, hint }))

/** The same, by the groups that a page shows them in. */
export const groupedKinds = sourceGroups
  .map((group) => ({ group, kinds: adapters.filter((adapter) => adapter.group === group) }))
  .filter(({ kinds }) => kinds.length > 0)
