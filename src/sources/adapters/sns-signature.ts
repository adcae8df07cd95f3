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

/** An address of SNS itself; null for any other, however much it looks like one. */
export function addressOfSns(text: string | undefined): URL | null {
  if (text === undefined || !URL.canParse(text)) return null
  const url = new URL(text)
  const isPlain = url.protocol === 'https:' && url.port === '' && url.username === '' && url.password === ''
  return isPlain && /^sns\.[a-z0-9-]{3,}\.amazonaws\.com(\.cn)?$/.test(url.hostname) ? url : null
}

/** Whether SNS signed this, with a certificate that stands at its own address and is valid at that moment. */
export async function signedBySns(
  said: Envelope,
  { publicText }: Pick<Credentials, 'publicText'>,
  at: string,
): Promise<boolean> {
  const address = addressOfSns(said.SigningCertURL)
  if (!address?.pathname.endsWith('.pem')) return false
  const certificate = readCertificate(await publicText(address.href))
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
