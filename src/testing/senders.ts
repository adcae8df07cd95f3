import { createHash, createHmac, createPublicKey, createSign, generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sign } from '@octokit/webhooks-methods'
import { Webhook } from 'standardwebhooks'
import type { Context } from '../platform/context.ts'
import type { Settings } from '../sources/adapter.ts'
import { googleKeys, googleToken, keys, snsSigned } from './keys.ts'

/** A request of a fixture; `path` follows the address of the source, `at` is when it is sent, where that is not now. */
export type Sent = { headers: Record<string, string>; body: Buffer; path: string; at?: Date }

/** How a tool shows that a request is its own. */
type Sender = {
  /** What an operator tells the source of this tool. */
  settings?: Settings
  /** The secret that the tool made, where tools make it. */
  secret?: string
  /** Where the tool's public keys are read in its tests. */
  publicText?: Context['publicText']
  /** The request as the tool sends it with this secret: with any other it is a forgery. */
  signed(sent: Sent, secret: string): Sent | Promise<Sent>
  /** The same request about another release, where nothing in it but its content names it; itself where it cannot be. */
  numbered?(sent: Sent, number: number): Sent
}

const bearer: Sender = {
  signed: (sent, secret) => withHeaders(sent, { authorization: `Bearer ${secret}` }),
}

const basic: Sender = {
  signed: (sent, secret) => withHeaders(sent, { authorization: `Basic ${btoa(`shiplog:${secret}`)}` }),
}

/** The secret is the end of the address. */
const inAddress: Sender = {
  signed: (sent, secret) => ({ ...sent, path: `/${secret}${sent.path}` }),
}

/** Of a kind without a secret, whoever signs with another key is a forger. */
const keyFor = (secret: string) => (secret === '' ? keys.signer : keys.self_signed)

const tokens = new Map<string, Promise<string>>()
const google: Sender = {
  publicText: async (url) => {
    if (url !== 'https://www.googleapis.com/oauth2/v3/certs') throw new Error('These are not Google’s keys.')
    return googleKeys({ one: keys.signer })
  },
  signed: async (sent, secret) => {
    const claims = {
      aud: 'https://status.example.com/shiplog',
      email: 'shiplog@my-project.iam.gserviceaccount.com',
    }
    const kept = tokens.get(secret) ?? googleToken({ claims, key: keyFor(secret) })
    tokens.set(secret, kept) // Google sends one token for an hour, too
    return withHeaders(sent, { authorization: `Bearer ${await kept}` })
  },
}
const hmac = (hash: string, secret: string, bytes: string | Buffer) => createHmac(hash, secret).update(bytes)

/** Of a kind without a secret, whoever signs with another key is a forger. */
const travisKey = readFileSync(join(import.meta.dirname, 'keys', 'travis.pem'), 'utf8')

/** One for each kind of source. */
export const senders: Record<string, Sender> = {
  native: bearer,
  capistrano: bearer,
  ansible: bearer,
  fabric: bearer,
  kamal: bearer,
  foreman: basic,
  puppet: basic,
  chef: { signed: (sent, secret) => withHeaders(sent, { 'x-data-collector-token': secret }) },
  registry: bearer,
  docker_hub: inAddress,
  argo_cd: bearer,
  argo_rollouts: bearer,
  google_cloud_deploy: google,
  app_engine: google,
  sns: {
    publicText: async (url) => {
      if (!url.startsWith('https://sns.')) throw new Error('This is not an address of SNS’s.')
      return keys.signer
    },
    signed: ({ body, ...sent }, secret) => {
      const message = snsSigned(JSON.parse(body.toString()), keyFor(secret))
      return { ...sent, body: Buffer.from(JSON.stringify(message)) }
    },
  },
  flagger: {
    signed: ({ body, ...sent }, secret) => {
      const { metadata, ...rest } = JSON.parse(body.toString())
      return {
        ...sent,
        body: Buffer.from(JSON.stringify({ ...rest, metadata: { ...metadata, token: secret } })),
      }
    },
  },
  cloudevents: bearer,
  sentry: {
    ...bearer,
    numbered: (sent, number) => withMember(sent, 'dateFinished', { name: `pipeline ${number}` }),
  },
  digitalocean: bearer,
  grafana: {
    ...basic,
    numbered: (sent, number) => withMember(sent, 'time', { text: `Deployed by pipeline ${number}` }),
  },
  devlake: bearer,
  travis: {
    settings: { deploys: 'main', repositories: 'acme/*' },
    publicText: async (url) => {
      if (url !== 'https://api.travis-ci.com/config') throw new Error('This is not Travis’s key.')
      const public_key = createPublicKey(travisKey).export({ type: 'spki', format: 'pem' })
      return JSON.stringify({ config: { notifications: { webhook: { public_key } } } })
    },
    signed: ({ body, ...sent }, secret) => {
      const other = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
      const key = secret === '' ? travisKey : other()
      const signature = createSign('RSA-SHA1').update(body).sign(key, 'base64')
      const form = Buffer.from(`payload=${encodeURIComponent(body.toString())}`)
      return { ...withHeaders(sent as Sent, { signature }), body: form }
    },
  },
  heroku: {
    signed: (sent, secret) =>
      withHeaders(sent, { 'heroku-webhook-hmac-sha256': hmac('sha256', secret, sent.body).digest('base64') }),
  },
  vercel: {
    secret: 'vercel-made-this-secret-1234',
    signed: (sent, secret) =>
      withHeaders(sent, { 'x-vercel-signature': hmac('sha1', secret, sent.body).digest('hex') }),
  },
  netlify: {
    signed: (sent, secret) => withHeaders(sent, { 'x-webhook-signature': netlifyToken(sent.body, secret) }),
  },
  github: {
    signed: async (sent, secret) =>
      withHeaders(sent, { 'x-hub-signature-256': await sign(secret, sent.body.toString()) }),
  },
  standard_webhooks: { signed: signedByStandard },
  gitlab: { signed: (sent, secret) => withHeaders(sent, { 'x-gitlab-token': secret }) },
}

function withHeaders(sent: Sent, more: Record<string, string>): Sent {
  return { ...sent, headers: { ...sent.headers, ...more } }
}

function signedByStandard(sent: Sent, secret: string): Sent {
  // the library takes nothing for a secret that has not the shape of one
  const key = secret.startsWith('whsec_') ? secret : `whsec_${Buffer.from(secret).toString('base64')}`
  const id = sent.headers['webhook-id'] ?? ''
  const at = sent.at ?? new Date()
  const signature = new Webhook(key).sign(id, at, sent.body.toString())
  const timestamp = String(Math.floor(at.getTime() / 1000))
  return withHeaders(sent, { 'webhook-timestamp': timestamp, 'webhook-signature': signature })
}

/** The token that Netlify sends along: by default the right one. */
export function netlifyToken(body: Buffer, secret: string, claims: object = {}, head: object = {}): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const usual = { iss: 'netlify', sha256: createHash('sha256').update(body).digest('hex') }
  const signed = `${part({ alg: 'HS256', typ: 'JWT', ...head })}.${part({ ...usual, ...claims })}`
  return `${signed}.${hmac('sha256', secret, signed).digest('base64url')}`
}

function withMember(sent: Sent, where: string, more: object): Sent {
  const body = JSON.parse(sent.body.toString())
  if (!(where in body)) return sent
  const headers = { 'content-type': 'application/json', ...sent.headers }
  return { ...sent, headers, body: Buffer.from(JSON.stringify({ ...body, ...more })) }
}
