import { createLocalJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { z } from 'zod'
import { Refusal } from '../../platform/refusal.ts'
import type { Credentials, Incoming, Setting } from '../adapter.ts'

const keysAt = 'https://www.googleapis.com/oauth2/v3/certs'
const issuers = ['https://accounts.google.com', 'accounts.google.com']

/** What Pub/Sub posts: all that a service has to say stands in the attributes, or in the data. */
const push = z.object({
  message: z.object({
    attributes: z.record(z.string(), z.string()).default({}),
    data: z.string().optional(),
    messageId: z.string().min(1).max(200),
    publishTime: z.string(),
  }),
})
export type Pushed = z.output<typeof push>['message']

/** What an operator says of a subscription that pushes. */
export const pushSettings: Readonly<Record<string, Setting>> = {
  service_account: {
    label: 'Service account of the subscription',
    hint: 'The one whose token Pub/Sub sends along, such as shiplog@my-project.iam.gserviceaccount.com.',
    schema: z.email('This is not the address of a service account.').max(200),
  },
  audience: {
    label: 'Audience',
    hint: 'Only if the subscription has one of its own; without it, the address of this source.',
    optional: true,
    schema: z.string().max(500),
  },
}

/** The message of a push; null when it is none. */
export function pushed(json: unknown): Pushed | null {
  return push.safeParse(json).data?.message ?? null
}

/** Whether Google signed the token that came along, for this address, in the name of that service account. */
export async function pushedByGoogle(
  { headers, received_at }: Incoming,
  { settings, address, publicText }: Credentials,
): Promise<boolean> {
  const token = tokenOf(headers.authorization)
  const audience = settings.audience || address
  if (token === null || audience === '') return false // jose asks for no audience where none is given
  const terms = {
    algorithms: ['RS256'],
    issuer: issuers,
    audience,
    requiredClaims: ['exp', 'email'],
    clockTolerance: 60,
    currentDate: new Date(received_at),
  }
  try {
    const { payload } = await jwtVerify(token, keyBy(publicText), terms)
    return payload.email === settings.service_account && payload.email_verified === true
  } catch (error) {
    if (error instanceof errors.JOSEError) return false
    throw error
  }
}

/** Google changes its keys every few weeks: one that is not among those that are kept is looked for anew. */
function keyBy(publicText: Credentials['publicText']): JWTVerifyGetKey {
  return async (...asked) => {
    try {
      return await keysIn(await publicText(keysAt))(...asked)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      return keysIn(await publicText(keysAt, true))(...asked)
    }
  }
}

function keysIn(text: string): JWTVerifyGetKey {
  try {
    return createLocalJWKSet(JSON.parse(text))
  } catch {
    throw new Refusal('unavailable', 'What stands where Google shows its keys is no set of keys.')
  }
}

/** A token of Google’s, which is longer than any secret of ours. */
function tokenOf(authorization: string | undefined): string | null {
  return /^Bearer +([\w-]{1,2000}\.[\w-]{1,4000}\.[\w-]{1,2000})$/i.exec(authorization ?? '')?.[1] ?? null
}

/** How a topic comes to push to a source: by the script that comes with Shiplog, or by hand. */
export function pushSteps(script: string, topics: string, address: string): string[] {
  return [
    'Make a service account for the subscription, or take one that exists. Its address is a setting of this source; Pub/Sub has to be allowed to make tokens for it (roles/iam.serviceAccountTokenCreator).',
    `integrations/google-cloud, which comes with Shiplog, holds a script for the rest; its README says what it wants to know: sh ${script} ${address}`,
    `By hand: make ${topics}, and a push subscription with authentication, with that service account, and with the address above as its endpoint and its audience.`,
    'Leave payload unwrapping off.',
  ]
}
