import type { IncomingHttpHeaders } from 'node:http'
import { Agent, buildConnector, type Dispatcher, request } from 'undici'
import { addressRules } from './addresses.ts'
import { type Failed, failed, wordsOf } from './faults.ts'
import type { OwnPorts } from './own.ts'
import { checkTarget, type Resolve, resolveName, shownAddress, type Target, wrongHeader } from './target.ts'

type Sent = {
  url: string
  method: 'POST' | 'PUT' | 'HEAD' | 'GET'
  headers?: Record<string, string>
  body?: string
}
type Answered = { status: number; headers: IncomingHttpHeaders; body_excerpt: string }
export type Answer = Answered | Failed

/** The guarded way out: the one place where connections to other people's addresses are made. */
export type Client = {
  send(sent: Sent): Promise<Answer>
  /** Whether something is there, without fetching it. */
  head(url: string): Promise<Answer>
  /** The whole text at an address; failed when it is larger than 64 KiB, breaks off, or is answered with anything but 200. */
  text?(url: string): Promise<{ text: string } | Failed>
  /** Ends every call under way: it failed, for all that is known here. */
  giveUp?(): void
}

const keptBytes = 2 * 1024
/** Of an answer that is not wanted, and at most of one that is wanted whole. */
const readBytes = 64 * 1024
const headerBytes = 16 * 1024

/**
 * Makes the guarded client. It reaches only the open internet and what `allow` names, follows no redirect, ends after
 * 15 seconds whatever the other side does, and keeps the first 2 KiB of an answer. It never throws for what the other
 * side does.
 */
export function makeClient({
  allow,
  resolve = resolveName,
  timeout_ms = 15_000,
  own = [],
}: {
  allow: readonly string[]
  resolve?: Resolve
  timeout_ms?: number
  /** Ports of this machine that are never called, though the machine itself may be. */
  own?: OwnPorts
}): Client {
  const may = addressRules(allow)
  const open = new Set<Deadline>()
  const through = async <T>(sent: Sent, read: Reader<T>): Promise<T | Failed> => {
    const wrong = wrongHeader(sent.headers ?? {})
    if (wrong !== null) return failed(`The header ${wrong} cannot be sent.`, true)
    const deadline = startDeadline(timeout_ms)
    open.add(deadline)
    try {
      const target = await Promise.race([checkTarget(sent.url, { resolve, may, own }), deadline.passed])
      return 'error' in target ? target : await call(target, sent, { may, deadline, timeout_ms }, read)
    } finally {
      deadline.clear()
      open.delete(deadline)
    }
  }
  const giveUp = () => {
    for (const { end } of open) end(failed('Shiplog was stopped before there was an answer.'))
  }
  const send = (sent: Sent): Promise<Answer> => through(sent, beginning)
  const text = (url: string) => through({ url, method: 'GET' }, whole)
  return { send, head: (url) => send({ url, method: 'HEAD' }), text, giveUp }
}

type Deadline = ReturnType<typeof startDeadline>
/** What is made of an answer. */
type Reader<T> = (answer: Dispatcher.ResponseData, deadline: Deadline) => Promise<T | Failed>
type Terms = { may: (address: string) => boolean; deadline: Deadline; timeout_ms: number }

function startDeadline(timeout_ms: number) {
  const { promise: passed, resolve } = Promise.withResolvers<Failed>()
  const words = `There was no answer within ${timeout_ms / 1000} seconds.`
  const timer = setTimeout(() => resolve(failed(words)), timeout_ms)
  return { passed, end: resolve, clear: () => clearTimeout(timer) }
}

async function call<T>(target: Target, sent: Sent, terms: Terms, read: Reader<T>): Promise<T | Failed> {
  const agent = pinnedAgent(target, terms)
  try {
    const answer = await exchange(target, sent, agent, terms)
    return 'error' in answer ? answer : await read(answer, terms.deadline)
  } catch (error) {
    return failed(wordsOf(error, target.url))
  } finally {
    agent.destroy().catch(() => {}) // ends all that is still under way
  }
}

async function exchange({ url }: Target, sent: Sent, agent: Agent, { deadline }: Terms) {
  const { method, body: given = null } = sent
  const own = { 'user-agent': 'Shiplog', 'accept-encoding': 'identity', accept: '*/*' }
  const asked = request(url, {
    dispatcher: agent,
    method,
    headers: { ...own, ...sent.headers },
    body: given,
  })
  return Promise.race([asked, deadline.passed])
}

async function beginning(answer: Dispatcher.ResponseData, deadline: Deadline): Promise<Answer> {
  return judged(answer.statusCode, answer.headers, await beginningOf(answer.body, deadline))
}

async function whole(
  answer: Dispatcher.ResponseData,
  deadline: Deadline,
): Promise<{ text: string } | Failed> {
  const { statusCode: status, headers, body } = answer
  if (status !== 200) {
    const said = judged(status, headers, '')
    return 'error' in said ? said : failed(`It answered ${status}.`, false, { status })
  }
  return Promise.race([allOf(body), deadline.passed])
}

async function allOf(body: Dispatcher.ResponseData['body']): Promise<{ text: string } | Failed> {
  const kept: Buffer[] = []
  let read = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    read += chunk.length
    if (read > readBytes) return failed('It answered with more than 64 KiB.', true)
    kept.push(chunk)
  }
  return { text: Buffer.concat(kept).toString('utf8') }
}

function judged(status: number, headers: IncomingHttpHeaders, body_excerpt: string): Answer {
  if (status < 300 || status >= 400) return { status, headers, body_excerpt }
  const to = typeof headers.location === 'string' ? ` to ${shownAddress(headers.location.slice(0, 200))}` : ''
  const words = `It sends callers on${to} (${status}). Shiplog does not follow; enter the address that answers itself.`
  return failed(words, true, { status, body_excerpt })
}

/** The first 2 KiB as text. What it said is known by its status: a body that drips or breaks off takes nothing from it. */
async function beginningOf(body: Dispatcher.ResponseData['body'], { passed }: Deadline): Promise<string> {
  const kept: Buffer[] = []
  let read = 0
  const reading = (async () => {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (read < keptBytes) kept.push(chunk.subarray(0, keptBytes - read))
      read += chunk.length
      if (read >= readBytes) break
    }
  })()
  await Promise.race([reading.catch(() => {}), passed])
  return readable(Buffer.concat(kept).toString('utf8'))
}

/** No half characters at the end, and none that a store or a terminal takes amiss. */
function readable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return text.replace(/\ufffd+$/, '').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd')
}

/** For one call: connects to the addresses that were checked and no others, under the name that was asked for. */
function pinnedAgent({ addresses }: Target, { may, timeout_ms }: Terms): Agent {
  const connector = buildConnector({
    allowH2: false,
    timeout: timeout_ms,
    autoSelectFamily: true,
    lookup: (_name, options, done) => {
      const [first] = addresses
      if (options.all) done(null, addresses)
      else done(null, first?.address ?? '', first?.family)
    },
  })
  return new Agent({
    allowH2: false,
    pipelining: 0,
    maxHeaderSize: headerBytes,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (options, done) =>
      connector(options, (error, socket) => {
        if (error) return done(error, null)
        if (may(socket.remoteAddress ?? '')) return done(null, socket)
        socket.destroy()
        done(Object.assign(new Error('not where it was to go'), { code: 'ELSEWHERE' }), null)
      }),
  })
}
