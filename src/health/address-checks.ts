import { type Finding, findingsOn, spanWords } from './finding.ts'
import { answerHeader, answerTo, proofAt, proofHeader } from './proof.ts'

type Asked = {
  /** SHIPLOG_URL, if it is set. */
  url: string | null
  /** Where the server listens on this machine. */
  local: string
  secret: Buffer
  now: () => Date
}
type Seen = { ip: string; protocol: string; peer: string; forwarded: string[] }
type Answer = {
  status: number
  date: string | null
  known: boolean
  body: { detail?: string; details?: string; seen?: Seen }
}

const patience = 15_000

/** Where readers come in: whether the address leads to this very Shiplog, and what it sees of who comes. */
export async function checkAddress(asked: Asked): Promise<Finding[]> {
  const { url, local } = asked
  const { ok, warn, fail } = findingsOn('address')
  const told =
    url === null
      ? warn(
          'SHIPLOG_URL is not set: links in feeds and messages lead wherever a reader came by.',
          'Set it to the public address, such as https://status.example.com.',
        )
      : secure(url)
  const where = url ?? local
  try {
    const answer = await ask(where, asked)
    if (!answer.known) return [told, notOurs(where, answer)]
    const { detail = '', details = '', seen } = answer.body
    const ready =
      answer.status === 200
        ? ok(`${where} leads to this Shiplog, which is ready.`)
        : fail(`${where} leads to this Shiplog, which is not ready. ${detail} ${details}`.trim())
    return [
      told,
      ready,
      ...(url === null || !seen ? [] : aboutProxy(url, seen)),
      ...aboutClock(answer, asked),
    ]
  } catch (error) {
    return [told, await unreachable(asked, error)]
  }
}

function secure(url: string): Finding {
  const { ok, warn } = findingsOn('address')
  if (url.startsWith('https:')) return ok(`SHIPLOG_URL is ${url}.`)
  return warn(
    `SHIPLOG_URL is ${url}: passwords and sessions travel unencrypted.`,
    'Put a proxy that speaks TLS in front, and set SHIPLOG_URL to its https address.',
  )
}

async function ask(where: string, { secret, now }: Asked): Promise<Answer> {
  const proof = proofAt(secret, now().getTime())
  const answer = await fetch(`${where}/readyz`, {
    headers: { [proofHeader]: proof, connection: 'close' },
    redirect: 'manual',
    signal: AbortSignal.timeout(patience),
  })
  const text = await answer.text()
  const known = answer.headers.get(answerHeader) === answerTo(secret, proof)
  return {
    status: answer.status,
    date: answer.headers.get('date'),
    known,
    body: known ? JSON.parse(text) : {},
  }
}

function notOurs(where: string, { status }: Answer): Finding {
  const { fail } = findingsOn('address')
  const advice =
    'See that its name and its proxy lead here, unchanged, and that this command runs with the same SHIPLOG_SECRET and data folder as the server.'
  const sent = status >= 300 && status < 400 ? 'sends on to somewhere else' : `answered ${status}`
  return fail(`${where} is not this Shiplog: whoever is there ${sent}.`, advice)
}

/** Told apart from a server that is not running: then the way to it cannot be judged. */
async function unreachable(asked: Asked, error: unknown): Promise<Finding> {
  const { fail, warn } = findingsOn('address')
  const { url, local } = asked
  const why = wordsOf(error)
  const here = url === null ? null : await ask(local, asked).catch(() => null)
  if (here?.known) {
    return fail(
      `${url} cannot be reached from here (${why}), while Shiplog answers at ${local}.`,
      'See that the name leads to the proxy, and that the proxy runs and its certificate is good. Where this machine may not reach the public address, ask from another one.',
    )
  }
  return warn(
    `Shiplog does not answer at ${url ?? local} (${why}).`,
    'If it should be running: systemctl status shiplog, or docker ps.',
  )
}

function wordsOf(error: unknown): string {
  const { cause, name, message } = error as Error & { cause?: NodeJS.ErrnoException }
  if (name === 'TimeoutError') return `no answer within ${patience / 1000} seconds`
  return cause?.code ?? cause?.message ?? message
}

/** What the server saw of the doctor's own request, which came the way that readers come. */
export function aboutProxy(url: string, seen: Seen): Finding[] {
  const { ok, warn } = findingsOn('proxy')
  const { ip, peer, protocol, forwarded } = seen
  const https = url.startsWith('https:')
  const header = 'Let it send X-Forwarded-For and X-Forwarded-Proto; “Behind TLS” in the README shows how.'
  if (forwarded.length === 0) {
    return [
      https
        ? warn(`The proxy at ${peer} does not say for whom it asks: no X-Forwarded-… arrives.`, header)
        : ok('No proxy stands in between.'),
    ]
  }
  if (ip === peer) {
    return [
      warn(
        `${forwarded.join(', ')} from ${peer} is not believed: all readers seem to be one, and share the limit on wrong passwords.`,
        `SHIPLOG_TRUSTED_PROXIES=${peer}`,
      ),
    ]
  }
  if (https && protocol !== 'https')
    return [warn(`The proxy at ${peer} does not say that readers come by https.`, header)]
  return [ok(`The proxy at ${peer} is believed: this request came from ${ip}, by ${protocol}.`)]
}

function aboutClock({ date }: Answer, { now }: Asked): Finding[] {
  const skew = date === null ? 0 : Date.parse(date) - now().getTime()
  if (!(Math.abs(skew) > 5_000)) return []
  const { warn } = findingsOn('clock')
  return [
    warn(
      `Whoever answers at the address has a clock that is ${spanWords(skew)} off from this one.`,
      'Let a time service keep both (timedatectl set-ntp true).',
    ),
  ]
}
