import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pauseCalls } from '../outbound/pause.ts'
import { Refusal } from '../platform/refusal.ts'
import { createSource } from '../sources/actions.ts'
import { certificateOf } from '../sources/adapters/sns-signature.ts'
import { sourceById } from '../sources/store.ts'
import { startTestApp } from '../testing/http.ts'
import { keys, snsSigned } from '../testing/keys.ts'
import { once, world } from '../testing/world.ts'

type Message = Record<string, string>
const folder = join(import.meta.dirname, '../sources/adapters/fixtures')
const sample = (name: string): Message =>
  JSON.parse(readFileSync(join(folder, `sns-${name}.json`), 'utf8')).body
const failed = sample('deployment-failed')
const question = sample('asks-to-confirm')
const topic_arn = failed.TopicArn ?? ''

/** A server that hears one topic. Whatever is fetched, is what `text` says, so that only our own rules stand in the way. */
async function listening(text: (url: string) => string = () => keys.signer, topic = topic_arn) {
  const ship = await world()
  const asked: string[] = []
  const publicText = async (url: string) => {
    asked.push(url)
    return text(url)
  }
  const server = await startTestApp({ ...ship, publicText })
  const { source } = await createSource(ship, { name: 'AWS', kind: 'sns', settings: { topic_arn: topic } })
  const post = (message: Message | string, headers = {}) => {
    const type = { 'content-type': 'text/plain; charset=UTF-8' }
    const payload = typeof message === 'string' ? message : JSON.stringify(message)
    return server.inject({
      method: 'POST',
      url: `/hooks/${source.id}`,
      payload,
      headers: { ...type, ...headers },
    })
  }
  const status = async (message: Message) => (await post(message)).statusCode
  const kept = () => ship.db.selectFrom('deliveries').selectAll().execute()
  return { ship, server, source, asked, post, status, kept }
}

/** What SNS calls its certificates. */
const file = 'SimpleNotificationService-0a1b2c3d4e5f60718293a4b5c6d7e8f9.pem'
const forgedHosts = [
  `https://sns.evil.com/${file}`,
  `https://sns.us-west-2.amazonaws.com.evil.com/${file}`,
  `https://sns.us-west-2.amazonaws.com@evil.com/${file}`,
  `https://ada@sns.us-west-2.amazonaws.com/${file}`,
  `https://ada:secret@sns.us-west-2.amazonaws.com/${file}`,
  `https://sns.us-west-2.amazonaws.com:8443/${file}`,
  `http://sns.us-west-2.amazonaws.com/${file}`,
  `https://evil.com/sns.us-west-2.amazonaws.com/${file}`,
  `https://evil.com/?x=sns.us-west-2.amazonaws.com/${file}`,
  `https://evil.com#sns.us-west-2.amazonaws.com/${file}`,
  `https://xsns.us-west-2.amazonaws.com/${file}`,
  `https://sns.x.us-west-2.amazonaws.com/${file}`,
  `https://sns.us-west-2.amazonaws.com./${file}`,
  `https://sns.us-west-2.amazonaws.com.cn.evil.com/${file}`,
  `https://sns.us-west-2.xamazonaws.com/${file}`,
  `https://sns.us-west-2.amazonaws.co/${file}`,
  `https://sns.e.amazonaws.com/${file}`,
  // a bucket of S3 whose name is “sns”: whoever has it puts there what they like
  `https://sns.s3-us-west-2.amazonaws.com/${file}`,
  `https://sns.s3-website-us-west-2.amazonaws.com/${file}`,
  `https://sns.us-east-1.amazonaws.com/${file}`,
  `https://sns.us-west-2.amazonaws.com.cn/${file}`,
  `https://snsous-west-2oamazonaws.com/${file}`,
  'https://127.0.0.1/sns.us-west-2.amazonaws.com.pem',
  `https://sns.us-west-2.amazonaws.com%00.evil.com/${file}`,
  'file:///etc/sns.us-west-2.amazonaws.com.pem',
  // asked like this, SNS itself answers with what was put into the question
  'https://sns.us-west-2.amazonaws.com/?Action=GetTopicAttributes&x=.pem',
  'https://sns.us-west-2.amazonaws.com/x.pem?Action=GetTopicAttributes',
  `https://sns.us-west-2.amazonaws.com/${file}?Action=ListTopics`,
  `https://sns.us-west-2.amazonaws.com/x/${file}`,
  `sns.us-west-2.amazonaws.com/${file}`,
  '',
]

test('a certificate is taken from SNS’s own hosts only, however much another looks like one', async () => {
  const { asked, status, kept } = await listening()
  for (const url of forgedHosts) {
    assert.equal(await status(snsSigned({ ...failed, SigningCertURL: url })), 401, url)
  }
  assert.deepEqual([asked, await kept()], [[], []])
})

test('the certificate of the topic’s own region is taken, wherever that is', async () => {
  for (const [region, host] of [
    ['us-west-2', 'SNS.us-west-2.amazonaws.com'],
    ['eu-west-1', 'sns.eu-west-1.amazonaws.com'],
    ['us-gov-west-1', 'sns.us-gov-west-1.amazonaws.com'],
    ['cn-north-1', 'sns.cn-north-1.amazonaws.com.cn'],
  ] as const) {
    const partition = /^(cn|us-gov)-/.exec(region)?.[1]
    const topic = `arn:aws${partition ? `-${partition}` : ''}:sns:${region}:123456789012:MyTopic`
    const { status } = await listening(() => keys.signer, topic)
    const message = { ...failed, TopicArn: topic, SigningCertURL: `https://${host}/${file}` }
    assert.equal(await status(snsSigned(message)), 202, host)
  }
})

test('rules that look right at first sight would let some of those hosts through', once, () => {
  const letThrough = (rule: (url: string) => boolean) => forgedHosts.filter(rule).length
  assert.equal(
    letThrough((url) => certificateOf({ SigningCertURL: url, TopicArn: topic_arn }) !== null),
    0,
  )
  const careless = [
    (url: string) => url.includes('.amazonaws.com'),
    (url: string) => /^https:\/\/sns\.[a-z0-9-]+\.amazonaws\.com/.test(url),
    (url: string) => URL.canParse(url) && new URL(url).hostname.endsWith('amazonaws.com'),
    (url: string) => URL.canParse(url) && /^sns.[a-z0-9-]{3,}.amazonaws.com$/.test(new URL(url).hostname),
    // what AWS's own libraries had for years
    (url: string) =>
      URL.canParse(url) &&
      /^sns\.[a-z0-9-]{3,}\.amazonaws\.com(\.cn)?$/.test(new URL(url).hostname) &&
      new URL(url).pathname.endsWith('.pem'),
  ]
  for (const rule of careless) assert.ok(letThrough(rule) > 0, String(rule))
})

test('another topic’s messages are not heard, though SNS signed them', async () => {
  const { asked, status } = await listening()
  const other = `${topic_arn}2`
  assert.equal(await status(snsSigned({ ...failed, TopicArn: other })), 401)
  assert.equal(await status(snsSigned({ ...question, TopicArn: other })), 401)
  assert.deepEqual(asked, [], 'and nothing is fetched for them')
})

test('what was changed after it was signed is not taken, and what was sent before is one delivery', async () => {
  const { status, post, kept } = await listening()
  const signed = snsSigned(failed)
  const changes: Message[] = [
    { Message: (failed.Message ?? '').replace('Failed', 'Succeeded') },
    { MessageId: 'another' },
    { Timestamp: '2030-01-01T00:00:00.000Z' },
    { Subject: 'another' },
    { SignatureVersion: '2' },
    { SignatureVersion: '3' },
    { Signature: '' },
    { Signature: 'x'.repeat(400) },
    { Type: 'SubscriptionConfirmation', Token: 'x', SubscribeURL: 'https://sns.us-west-2.amazonaws.com/' },
  ]
  for (const change of changes)
    assert.equal(await status({ ...signed, ...change }), 401, JSON.stringify(change))
  assert.equal(await status(signed), 202)
  const again = await post(signed)
  assert.deepEqual([again.statusCode, again.json().duplicate], [200, true])
  assert.equal(await status(snsSigned({ ...failed, SignatureVersion: '2', MessageId: 'two' })), 202)
  assert.equal((await kept()).length, 2)
})

test('only what was signed is read, whatever the message says that it is', async () => {
  const { post, kept } = await listening()
  const forged = encodeURIComponent(
    JSON.stringify({ ...failed, MessageId: 'forged', Message: question.Message }),
  )
  const signed = { ...snsSigned(failed), beside: `&payload=${forged}&` }
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = `${' '.repeat(200)}${JSON.stringify(signed)}`
  const answer = await post(body, headers)
  assert.equal(answer.statusCode, 202)
  const [row] = await kept()
  assert.equal(row?.dedupe_key, failed.MessageId)
})

test('a certificate that no authority made, that is over, or that is none, proves nothing', async () => {
  for (const [text, key] of [
    [keys.self_signed, keys.self_signed],
    [keys.expired, keys.signer],
    [keys.signer, keys.self_signed],
    ['<html>', keys.signer],
    ['', keys.signer],
  ] as const) {
    const { status } = await listening(() => text)
    assert.equal(await status(snsSigned(failed, key)), 401, text.slice(0, 40))
  }
})

test('where the certificate cannot be had, it is to be sent again, and the source’s page says why', async () => {
  const { ship, source, status, kept } = await listening(() => {
    throw new Refusal('unavailable', 'Nothing could be fetched from sns.us-west-2.amazonaws.com.')
  })
  assert.equal(await status(snsSigned(failed)), 503)
  assert.deepEqual(await kept(), [])
  assert.match((await sourceById(ship, source.id)).last_error ?? '', /could be fetched from sns/)
})

test('whoever forges in turns makes the store write once a minute', async () => {
  const { ship, source, status } = await listening(() => {
    throw new Refusal('unavailable', 'Nothing could be fetched from sns.us-west-2.amazonaws.com.')
  })
  const noted = async () => (await sourceById(ship, source.id)).last_error_at
  const elsewhere = { ...failed, SigningCertURL: `https://sns.evil.com/${file}` }
  assert.equal(await status(elsewhere), 401)
  const first = await noted()
  for (let tries = 0; tries < 4; tries += 1) {
    ship.wait(0.1)
    assert.equal(await status(failed), 503)
    assert.equal(await status(elsewhere), 401)
    assert.equal(await noted(), first)
  }
  ship.wait(1)
  assert.equal(await status(failed), 503)
  assert.notEqual(await noted(), first)
})

test('a subscription is confirmed by an admin, once, and by nobody else', async () => {
  const { ship, server, asked, post } = await listening()
  const { delivery, outcome } = (await post(snsSigned(question))).json()
  assert.equal(outcome, 'ignored')
  assert.ok(!asked.includes(question.SubscribeURL ?? ''), 'it is not confirmed by itself')
  const page = `/admin/deliveries/${delivery}`
  for (const role of ['viewer', 'editor'] as const) {
    const other = await server.signedIn(role)
    assert.doesNotMatch((await other.get(page)).body, /Confirm the subscription/)
    assert.equal((await other.post(`${page}/confirmation`)).statusCode, 403)
  }
  const admin = await server.signedIn('admin')
  assert.match((await admin.get(page)).body, /Confirm the subscription/)
  await pauseCalls(ship, 'A backup was restored.')
  assert.equal((await admin.post(`${page}/confirmation`)).statusCode, 409)
  await ship.db.deleteFrom('outbound_pause').execute()
  assert.equal(asked.filter((url) => url === question.SubscribeURL).length, 0)
  await admin.get(page)
  assert.equal((await admin.post(`${page}/confirmation`)).statusCode, 303)
  const after = (await admin.get(page)).body
  assert.match(after, /confirmed by admin/)
  assert.doesNotMatch(after, /Confirm the subscription/)
  assert.equal((await admin.post(`${page}/confirmation`)).statusCode, 409)
  const token = { authorization: await server.token('sources:write') }
  const api = await server.inject({
    method: 'POST',
    url: `/api/v1/deliveries/${delivery}/confirmation`,
    headers: token,
  })
  assert.equal(api.statusCode, 409)
  assert.equal(asked.filter((url) => url === question.SubscribeURL).length, 1)
  const told = await ship.db
    .selectFrom('journal')
    .select('actor_name')
    .where('action', '=', 'source.confirmed')
    .execute()
  assert.deepEqual(told, [{ actor_name: 'admin' }])
})

test('a question is never answered elsewhere than at SNS, and nobody is shown how to end a subscription', async () => {
  const { server, asked, post, kept } = await listening()
  const admin = await server.signedIn('admin')
  for (const url of [
    'https://sns.us-west-2.amazonaws.com.evil.com/?Action=ConfirmSubscription',
    `https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe&TopicArn=${topic_arn}`,
    'https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:us-west-2:1:other',
    'http://169.254.169.254/latest/meta-data',
  ]) {
    const message = snsSigned({
      ...question,
      SubscribeURL: url,
      MessageId: Buffer.from(url).toString('hex').slice(-60),
    })
    const { delivery, outcome } = (await post(message)).json()
    assert.equal(outcome, 'invalid', url)
    assert.equal((await admin.post(`/admin/deliveries/${delivery}/confirmation`)).statusCode, 409)
  }
  assert.ok(asked.every((url) => url.endsWith('.pem')))
  await post(snsSigned(failed))
  for (const { body } of await kept())
    assert.doesNotMatch(Buffer.from(body ?? '').toString(), /UnsubscribeURL/)
})
