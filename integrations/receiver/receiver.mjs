#!/usr/bin/env node
// Takes Shiplog's signed calls ("roll checkout back to 2.13.4") on a deploy host and runs one script for each.
// One file, no dependencies, Node 20 or newer. README.md beside it says how to set it up.
import { spawn } from 'node:child_process'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'

const usage = `node receiver.mjs [--listen 127.0.0.1:9090] [--memory FILE] [--timeout SECONDS] -- SCRIPT [ARGUMENT …]
  SHIPLOG_RECEIVER_SECRET   whsec_… (two of them, separated by a space, while you change it), or
  SHIPLOG_RECEIVER_SECRET_FILE   the file that holds it`
const largestBody = 64 * 1024
const clockMillis = 5 * 60_000
const rememberMillis = 7 * 86_400_000
const longestLine = 10

/** Saying no, with the HTTP status that says it. @param {number} status @param {string} words */
const no = (status, words) => Object.assign(new Error(words), { status })
const tooLarge = no(413, 'The body is larger than 64 KiB.')

/** @param {NodeJS.ProcessEnv} env @param {string[]} argv */
function settings(env, argv) {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      listen: { type: 'string', default: '127.0.0.1:9090' },
      memory: { type: 'string' },
      timeout: { type: 'string', default: '1800' },
    },
  })
  const [, host = '', port = ''] = /^\[?([\w.:-]*?)\]?:(\d{1,5})$/.exec(values.listen) ?? []
  const seconds = Number(values.timeout)
  if (!port || !(seconds > 0) || positionals.length === 0) throw new Error(usage)
  return { host, port: Number(port), memory: values.memory, seconds, command: positionals, keys: keysOf(env) }
}

/** @param {NodeJS.ProcessEnv} env */
function keysOf({ SHIPLOG_RECEIVER_SECRET: secret, SHIPLOG_RECEIVER_SECRET_FILE: file }) {
  const given = (file ? readFileSync(file, 'utf8') : (secret ?? '')).split(/[\s,]+/).filter(Boolean)
  const keys = given.map((text) => Buffer.from(text.replace(/^whsec_/, ''), 'base64'))
  const good = given.every((text) => /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text))
  if (!good || keys.length === 0 || keys.some(({ length }) => length < 24 || length > 64)) {
    throw new Error(`The secret must be whsec_ and 24 to 64 bytes in base64.\n\n${usage}`)
  }
  return keys
}

/**
 * Whether Shiplog, or whoever knows a secret, said exactly this within the last minutes (standardwebhooks.com).
 * @param {Buffer[]} keys @param {import('node:http').IncomingHttpHeaders} headers @param {Buffer} body
 */
function verify(keys, headers, body) {
  const [id, at, given] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
    (name) => headers[name],
  )
  const isSigned = typeof id === 'string' && typeof at === 'string' && typeof given === 'string'
  if (!isSigned || !/^[\w.-]{1,100}$/.test(id)) throw no(401, 'The call is not signed.')
  const signatures = given
    .split(' ')
    .slice(0, 10)
    .filter((one) => one.startsWith('v1,'))
  const isRight = keys.some((key) => {
    const right = createHmac('sha256', key).update(`${id}.${at}.`).update(body).digest()
    return signatures.some((one) => {
      const said = Buffer.from(one.slice(3), 'base64')
      return said.length === right.length && timingSafeEqual(said, right)
    })
  })
  if (!isRight) throw no(401, 'The signature is wrong: the two secrets differ, or the call was changed.')
  if (!/^\d{1,12}$/.test(at) || Math.abs(Date.now() - Number(at) * 1000) > clockMillis) {
    throw no(401, 'The call is older than five minutes, or the clocks of the two machines differ.')
  }
  return id
}

/** The ids that came already, so that a call which is sent twice acts once; in a file, also over a restart. */
function remember(/** @type {string | undefined} */ file) {
  /** @type {Map<string, number>} */
  const seen = new Map()
  const forget = () => {
    for (const [id, at] of seen) if (at < Date.now() - rememberMillis) seen.delete(id)
  }
  const open = file ? reopen(file, seen, forget) : null
  return {
    has: (/** @type {string} */ id) => seen.has(id),
    add(/** @type {string} */ id) {
      forget()
      seen.set(id, Date.now())
      if (open === null) return
      try {
        writeSync(open, `${id} ${Date.now()}\n`)
        fsyncSync(open)
      } catch (error) {
        // a full disk may be the very reason to roll back
        log('a call could not be remembered over a restart', { error: String(error) })
      }
    },
  }
}

/** @param {string} file @param {Map<string, number>} seen @param {() => void} forget */
function reopen(file, seen, forget) {
  closeSync(openSync(file, 'a', 0o600))
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [, id, at] = /^([\w.-]{1,100}) (\d{13})$/.exec(line) ?? []
    if (id) seen.set(id, Number(at))
  }
  forget()
  writeFileSync(`${file}.new`, [...seen].map(([id, at]) => `${id} ${at}\n`).join(''), { mode: 0o600 })
  renameSync(`${file}.new`, file)
  return openSync(file, 'a', 0o600)
}

/**
 * What the script is told, as environment variables: names and versions on one line, prose with its line breaks made
 * spaces. Nothing of it ever passes through a shell.
 * @param {Buffer} body
 */
function fieldsOf(body) {
  let said
  try {
    said = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw no(400, 'The body is not JSON.')
  }
  const type = said?.type
  if (type === 'ping') return { type, component: '', variables: {} }
  if (type !== 'rollback.requested') throw no(422, 'Only rollback.requested and ping are understood.')
  const { data } = said
  const needed = {
    COMPONENT: data?.component,
    ENVIRONMENT: data?.environment,
    TO: data?.to?.version ?? data?.to?.commit,
    REQUEST: data?.request,
  }
  for (const [name, value] of Object.entries(needed)) {
    if (typeof value !== 'string' || value === '') throw no(422, `The call does not say ${name}.`)
  }
  const names = {
    ...needed,
    TYPE: type,
    FROM: data.from?.version ?? data.from?.commit,
    FROM_COMMIT: data.from?.commit,
    COMMIT: data.to?.commit,
    ARTIFACT: data.to?.artifact,
    INCIDENT: data.incident?.id,
    INCIDENT_URL: data.incident?.url,
    ASKED_AT: data.asked_at,
    REQUEST_URL: data.url,
  }
  const prose = { REASON: data.reason, ASKED_BY: data.asked_by, INCIDENT_TITLE: data.incident?.title }
  const drill = { SHIPLOG_DRILL: String(data.drill === true) }
  return { type, component: data.component, variables: { ...drill, ...texts(names), ...texts(prose, ' ') } }
}

/** @param {Record<string, unknown>} fields @param {string} [instead] what stands for a control character; else they are refused */
function texts(fields, instead) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  const control = /[\u0000-\u001f\u007f]+/g
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const text = typeof value === 'string' ? value : ''
      if (text.length > 4000) throw no(422, `${name} is too long.`)
      if (instead === undefined && text.search(control) >= 0) throw no(422, `${name} is not one line.`)
      return [`SHIPLOG_${name}`, text.replace(control, instead ?? '')]
    }),
  )
}

/** Runs the script for one call after another of the same component. @param {ReturnType<typeof settings>} given */
function makeRunner({ command, seconds }) {
  /** @type {Map<string, { waiting: number, last: Promise<void> }>} */
  const lines = new Map()

  /** @param {string} component @param {Record<string, string>} variables */
  function run(component, variables) {
    const line = lines.get(component) ?? { waiting: 0, last: Promise.resolve() }
    line.waiting += 1
    line.last = line.last
      .then(() => runOne(command, variables, seconds))
      .finally(() => {
        line.waiting -= 1
        if (line.waiting === 0) lines.delete(component)
      })
    lines.set(component, line)
  }
  return {
    run,
    isFull: (/** @type {string} */ component) => (lines.get(component)?.waiting ?? 0) >= longestLine,
    ended: () => Promise.all([...lines.values()].map(({ last }) => last)),
  }
}

/** @param {string[]} command @param {Record<string, string>} variables @param {number} seconds @returns {Promise<void>} */
function runOne([file = '', ...more], variables, seconds) {
  const { SHIPLOG_RECEIVER_SECRET, SHIPLOG_RECEIVER_SECRET_FILE, ...own } = process.env
  const what = {
    request: variables.SHIPLOG_REQUEST,
    component: variables.SHIPLOG_COMPONENT,
    to: variables.SHIPLOG_TO,
  }
  return new Promise((resolve) => {
    const child = spawn(file, more, {
      env: { ...own, ...variables },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    const timers = [
      setTimeout(() => child.kill('SIGTERM'), seconds * 1000),
      setTimeout(() => child.kill('SIGKILL'), seconds * 1000 + 10_000),
    ]
    const end = (/** @type {object} */ how) => {
      for (const timer of timers) clearTimeout(timer)
      log('the script ended', { ...what, ...how })
      resolve()
    }
    child.on('spawn', () => log('the script began', what))
    child.on('error', ({ message }) => end({ error: message }))
    child.on('exit', (code, signal) => end({ code, signal }))
  })
}

/** @param {string} words @param {object} [detail] */
function log(words, detail = {}) {
  console.log(JSON.stringify({ at: new Date().toISOString(), words, ...detail }))
}

/** @param {import('node:http').IncomingMessage} request @returns {Promise<Buffer>} */
async function bodyOf(request) {
  const parts = []
  let size = 0
  if (Number(request.headers['content-length']) > largestBody) throw tooLarge
  // whoever sends too much is answered, and only then cut off
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    size += part.length
    if (size > largestBody) throw tooLarge
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** @param {ReturnType<typeof settings>} given */
function makeReceiver({ keys, memory, ...given }) {
  const [seen, runner] = [remember(memory), makeRunner({ keys, memory, ...given })]

  /** @param {import('node:http').IncomingMessage} request @returns {Promise<[number, string]>} */
  async function take(request) {
    if (request.method === 'GET' && request.url === '/healthz') return [200, 'ok']
    if (request.method !== 'POST') throw no(405, 'Only POST is taken.')
    const body = await bodyOf(request)
    const id = verify(keys, request.headers, body)
    if (seen.has(id)) return [200, 'This call came before. Nothing is done twice.']
    const { type, component, variables } = fieldsOf(body)
    if (type === 'ping') return [200, 'The receiver works.']
    if (runner.isFull(component)) throw no(503, 'Too many rollbacks of this component wait already.')
    seen.add(id)
    runner.run(component, variables)
    return [202, 'The script is run.']
  }

  const server = createServer(
    { requestTimeout: 10_000, headersTimeout: 5_000 },
    async (request, response) => {
      const [status, words] = await take(request).catch((error) => {
        if (error.status) return /** @type {const} */ ([error.status, error.message])
        log('a call could not be taken', { error: String(error) })
        return /** @type {const} */ ([500, 'The receiver has a fault; its log says which.'])
      })
      if (status !== 200) log(words, { status, from: request.socket.remoteAddress })
      // what is refused unread is not read to its end; a moment, so that the answer is seen before the cut
      if (!request.complete) {
        response.setHeader('connection', 'close')
        response.on('finish', () => setTimeout(() => request.destroy(), 500).unref())
      }
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ words }))
    },
  )
  server.maxConnections = 100
  return { server, ended: runner.ended }
}

try {
  const given = settings(process.env, process.argv.slice(2))
  const { server, ended } = makeReceiver(given)
  server.on('error', ({ message }) => {
    console.error(message)
    process.exit(1)
  })
  server.listen(given.port, given.host || '127.0.0.1', () => {
    const address = /** @type {import('node:net').AddressInfo} */ (server.address())
    log('listening', { host: address.address, port: address.port })
  })
  // what was taken is carried out, also when the receiver is told to stop meanwhile
  const stop = () => server.close(() => ended().then(() => process.exit(0)))
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, stop)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(2)
}
