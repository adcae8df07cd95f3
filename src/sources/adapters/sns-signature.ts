import { createVerify, X509Certificate } from 'node:crypto'
import { z } from 'zod'
import type { Credentials } from '../adapter.ts'

const text = z.string()

/** What SNS wraps around every message, and signs. */
export const envelope = z.object({
  Type: z.enum(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  MessageId: text.regex(/^[\w-]{1,100}$/),
  TopicArn: text,
  Subject: text.optional(),
  Message: text,
  Timestamp: text,
  Token: text.optional(),
  SubscribeURL: text.optional(),
  SignatureVersion: z.enum(['1', '2']),
  Signature: text,
  SigningCertURL: text,
})
type Envelope = z.output<typeof envelope>

/**
 * An address of SNS itself, where this topic is; null for any other, however much it looks like one. Any region would
 * not do: `s3-us-west-2` is spelled like one, and whoever has the bucket “sns” there answers what they like.
 */
export function addressOfSns(text: string | undefined, topic_arn: string): URL | null {
  const [, partition, region] = /^arn:(aws[\w-]*):sns:([a-z0-9-]+):/.exec(topic_arn) ?? []
  if (text === undefined || !region || !URL.canParse(text)) return null
  const url = new URL(text)
  const isPlain = url.protocol === 'https:' && url.port === '' && url.username === '' && url.password === ''
  const host = `sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`
  return isPlain && url.hostname === host ? url : null
}

/** Where the certificate of a message stands; null where that is no file of SNS’s, but a question to it or another’s. */
export function certificateOf({
  SigningCertURL,
  TopicArn,
}: Pick<Envelope, 'SigningCertURL' | 'TopicArn'>): string | null {
  const url = addressOfSns(SigningCertURL, TopicArn)
  const isFile = /^\/SimpleNotificationService-[0-9a-z]{16,64}\.pem$/.test(url?.pathname ?? '')
  return url && isFile && url.search === '' && url.hash === '' ? url.href : null
}

/** Whether SNS signed this, with a certificate that stands at its own address and is valid at that moment. */
export async function signedBySns(
  said: Envelope,
  { publicText }: Pick<Credentials, 'publicText'>,
  at: string,
): Promise<boolean> {
  const address = certificateOf(said)
  if (address === null) return false
  const certificate = readCertificate(await publicText(address))
  if (!certificate || !isValid(certificate, at)) return false
  const verifier = createVerify(said.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256')
  return verifier.update(signedText(said)).verify(certificate.publicKey, said.Signature, 'base64')
}

function readCertificate(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem)
  } catch {
    return null
  }
}

/** SNS’s are made by an authority, for RSA, and for a year. */
function isValid(certificate: X509Certificate, at: string): boolean {
  const { publicKey, validFromDate, validToDate } = certificate
  const moment = new Date(at)
  const isOfItself = certificate.checkIssued(certificate)
  return (
    publicKey.asymmetricKeyType === 'rsa' && !isOfItself && validFromDate <= moment && moment <= validToDate
  )
}

const signedFields = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  Confirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
} as const

/** The fields in the order of their names, each as a line with its name and a line with what it holds. */
export function signedText(said: Omit<Envelope, 'Signature'>): string {
  const names = signedFields[said.Type === 'Notification' ? 'Notification' : 'Confirmation']
  return names
    .filter((name) => said[name] !== undefined)
    .map((name) => `${name}\n${said[name]}\n`)
    .join('')
}
