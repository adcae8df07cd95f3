import { z } from 'zod'
import type { Adapter, Read, Translation } from '../adapter.ts'
import { known, webLink, without } from '../known.ts'
import { secretAmong } from '../signatures.ts'
import { readTime } from '../times.ts'
import { repositoryStep, sayWhichSecret } from './steps.ts'

const push = z.object({
  push_data: z.object({
    pushed_at: z.union([z.number(), z.string()]),
    pusher: z.string().max(200).optional().catch(undefined),
    tag: z.string().min(1),
  }),
  repository: z.object({ repo_name: z.string().min(1), repo_url: z.string().optional().catch(undefined) }),
})

/**
 * Docker Hub says that an image was pushed: an artifact that exists, never a release. It signs nothing and can set no
 * header, so its secret is the end of the address. The `callback_url` that it offers is never called, nor kept.
 */
export const dockerHub = {
  kind: 'docker_hub',
  label: 'Docker Hub',
  hint: 'Images that were pushed to Docker Hub, by a webhook of the repository.',
  group: 'Registries',
  secret: 'bearer',
  neverRefused: true,
  verify: ({ presented }, { secrets }) => secretAmong(secrets, presented),
  redact: (json) => without(json, 'callback_url'),
  dedupeKey({ json }: Read) {
    const { data } = push.safeParse(json)
    if (!data) return null
    const key = `${data.repository.repo_name}:${data.push_data.tag}@${data.push_data.pushed_at}`
    return key.length <= 400 ? key : null
  },
  translate({ json }): Translation {
    const { data } = push.safeParse(json)
    if (!data) return { invalid: 'This is not what Docker Hub sends of a push.' }
    const { pushed_at, pusher, tag } = data.push_data
    const { repo_name: service, repo_url } = data.repository
    const occurred_at = readTime(pushed_at)
    if (!occurred_at) return { invalid: 'pushed_at is not a time.' }
    const target = webLink(repo_url)
    const facts = known({
      version: tag,
      artifact: `docker.io/${service}:${tag}`,
      actor: pusher ? { name: pusher } : undefined,
      urls: target ? { target } : undefined,
    })
    const run_key = `${tag}@${occurred_at}`
    return {
      events: [
        { type: 'artifact.available', run_key, service, environment: 'production', occurred_at, facts },
      ],
    }
  },
  setup: ({ address, secret }) => ({
    address: `${address}/${secret ?? 'SECRET'}`,
    steps: [
      'In Docker Hub, open the repository, then Webhooks.',
      `Webhook name: Shiplog. Webhook URL: ${address}/${secret ?? 'SECRET'}`,
      `${sayWhichSecret(secret)}Whoever knows the whole address can report, so treat it as a password.`,
      'A push makes no release: Shiplog learns which versions there are.',
      repositoryStep,
    ],
    curl: [
      `curl -fsS ${address}/${secret ?? '$SECRET'} \\`,
      `  -H 'Content-Type: application/json' \\`,
      `  -d '{"push_data":{"pushed_at":'"$(date +%s)"',"pusher":"me","tag":"1.0.0"},"repository":{"repo_name":"acme/try"}}'`,
    ].join('\n'),
    test: 'Push any tag: Docker Hub shows under Webhooks, History, what it was answered.',
  }),
} satisfies Adapter
