import { createPrivateKey, createSign, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { signedText } from '../sources/adapters/sns-signature.ts'

const read = (name: string) => readFileSync(join(import.meta.dirname, 'keys', `${name}.pem`), 'utf8')

/** Keys with certificates, made for tests only: by an authority, by nobody but itself, and by one for a year that is over. */
export const keys = { signer: read('signer'), self_signed: read('self-signed'), expired: read('expired') }

type Message = Record<string, string>

/** A message as SNS signs it, with one of these keys. */
export function snsSigned(message: Message, key = keys.signer): Message {
  const hash = message.SignatureVersion === '2' ? 'RSA-SHA256' : 'RSA-SHA1'
  const text = signedText(message as Parameters<typeof signedText>[0])
  return { ...message, Signature: createSign(hash).update(text).sign(key, 'base64') }
}

type Token = { claims?: Record<string, unknown>; key?: string; kid?: string }

/** The token that Pub/Sub sends along, good until 2100, unless told otherwise. */
export function googleToken({ claims = {}, key = keys.signer, kid = 'one' }: Token = {}): Promise<string> {
  const usual = { iss: 'https://accounts.google.com', email_verified: true, iat: 946684800, exp: 4102444800 }
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
    .sign(createPrivateKey(key))
}

/** Google’s set of keys, as far as it holds these: certificates by the name of their key. */
export function googleKeys(certificates: Record<string, string>): string {
  const of = ([kid, pem]: [string, string]) => {
    const jwk = new X509Certificate(pem).publicKey.export({ format: 'jwk' })
    return { ...jwk, kid, alg: 'RS256', use: 'sig' }
  }
  return JSON.stringify({ keys: Object.entries(certificates).map(of) })
}
