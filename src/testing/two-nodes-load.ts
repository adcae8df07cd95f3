type Sending = { authorization: string; pair: { origin(at: number): string }; over: () => boolean }

/** Reports a release; the delivery's name when it was acknowledged, else why not. */
async function post({ authorization }: Sending, origin: string, key: string) {
  const answer = await fetch(`${origin}/api/v1/events`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ type: 'release.succeeded', run: key, service: 'checkout', version: `1.${key}` }),
    signal: AbortSignal.timeout(8000),
  }).catch((error: { cause?: { code?: string } }) => ({ status: 0, why: error.cause?.code ?? 'gone' }))
  if (!('json' in answer)) return { delivery: null, why: answer.why }
  const told = (await answer.json().catch(() => null)) as { delivery?: string } | null
  const acknowledged = answer.status === 202 || answer.status === 200
  return { delivery: (acknowledged && told?.delivery) || null, why: String(answer.status) }
}

/**
 * Tools that report releases to either node in turn, and to the other with the same key when one does not answer.
 * Answers what was acknowledged, by key, and how many heard nothing good from both nodes at the first two tries.
 */
export async function sendDeliveries(sending: Sending, senders: number) {
  const acknowledged = new Map<string, string>()
  let [asked, failed] = [0, 0]
  const whys: Record<string, number> = {}
  const send = async (sender: number) => {
    for (let sent = 0; !sending.over(); sent += 1) {
      const key = `${sender}.${sent}`
      asked += 1
      for (let tries = 0; tries < 200 && !acknowledged.has(key); tries += 1) {
        if (tries > 1) await new Promise((resolve) => setTimeout(resolve, 50))
        if (tries === 2) failed += 1
        if (tries > 2 && sending.over()) break
        const { delivery, why } = await post(sending, sending.pair.origin(sender + sent + tries), key)
        if (delivery !== null) acknowledged.set(key, delivery)
        else whys[why] = (whys[why] ?? 0) + 1
      }
    }
  }
  await Promise.all(Array.from({ length: senders }, (_, sender) => send(sender)))
  return { acknowledged, asked, failed, whys }
}

/**
 * The same as a node would do it that acknowledges what it has received and not yet stored: whatever reached a node
 * counts, and is not sent again. What of this is lost shows that a loss is seen.
 */
export async function sendAsALiarWould(sending: Sending, senders: number) {
  const acknowledged = new Map<string, string>()
  const send = async (sender: number) => {
    for (let sent = 0; !sending.over(); sent += 1) {
      const key = `lie.${sender}.${sent}`
      const { why } = await post(sending, sending.pair.origin(sender), key)
      if (why === 'ECONNREFUSED') await new Promise((resolve) => setTimeout(resolve, 20))
      else acknowledged.set(key, '')
    }
  }
  await Promise.all(Array.from({ length: senders }, (_, sender) => send(sender)))
  return acknowledged
}

/** One thing that a reader saw: which node told, and how far the incident's story had come. */
export type Seen = { at: number; node: number; step: number }

/** How often a reader saw a story go backwards: on one node at all, or on the other one after more than `lag` milliseconds. */
export function backwards(seen: readonly Seen[], lag = 1000): number {
  let count = 0
  for (const [at, one] of seen.entries()) {
    const before = seen.slice(0, at)
    const newest = (some: Seen[]) => Math.max(-1, ...some.map(({ step }) => step))
    const here = newest(before.filter(({ node }) => node === one.node))
    const anywhere = newest(before.filter((other) => one.at - other.at > lag))
    if (one.step < Math.max(here, anywhere)) count += 1
  }
  return count
}

/** Somebody who tells how it goes on, step by step, and a reader who looks at both nodes in turn. */
export async function tellAndRead({ authorization, pair, over }: Sending, incident: string) {
  const seen: Seen[] = []
  const headers = { authorization, 'content-type': 'application/json' }
  const told = (async () => {
    for (let step = 1; !over(); step += 1) {
      for (let tries = 0; !over(); tries += 1) {
        const answer = await fetch(`${pair.origin(step + tries)}/api/v1/incidents/${incident}/updates`, {
          method: 'POST',
          headers: { ...headers, 'idempotency-key': `step ${step}` },
          body: JSON.stringify({ state: 'identified', body: `step ${step}` }),
          signal: AbortSignal.timeout(8000),
        }).catch(() => null)
        if (answer?.status === 201) break
        await new Promise((resolve) => setTimeout(resolve, 30))
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  })()
  const read = (async () => {
    for (let look = 0; !over(); look += 1) {
      const at = performance.now()
      const page = await fetch(`${pair.origin(look)}/incidents/${incident}`, {
        signal: AbortSignal.timeout(8000),
      })
        .then((answer) => (answer.ok ? answer.text() : ''))
        .catch(() => '')
      const steps = [...page.matchAll(/step (\d+)/g)].map(([, step]) => Number(step))
      if (steps.length > 0) seen.push({ at, node: look % 2, step: Math.max(...steps) })
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  })()
  await Promise.all([told, read])
  return seen
}
