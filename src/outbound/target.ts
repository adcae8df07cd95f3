import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { literalOf } from './addresses.ts'
import { failed, wordsOf } from './faults.ts'
import { isOurselves, type OwnPorts } from './own.ts'

/** All addresses of a name, of both families. */
export type Resolve = (name: string) => Promise<LookupAddress[]>
/** Where a call may go: the name is looked up once, and what was checked is what is connected to. */
export type Target = { url: URL; addresses: LookupAddress[] }

export const resolveName: Resolve = (name) => lookup(name, { all: true, order: 'verbatim' })

/** Ports of mail, databases and the like, which would take a posted text for commands. */
const otherPorts = new Set(
  '21 22 23 25 53 110 119 143 389 465 587 636 993 995 1433 2049 3306 5432 6379 11211 27017'.split(' '),
)

/** Reads an address that somebody entered, or says in words why it is never called. */
export function readTarget(text: string): URL | { error: string } {
  if (!URL.canParse(text)) return { error: 'This is not an address.' }
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return { error: 'Only addresses that begin with https:// or http:// are called.' }
  }
  if (url.username || url.password) {
    return { error: 'The address holds a user name or a password. Put them into a header instead.' }
  }
  if (otherPorts.has(url.port)) return { error: `Port ${url.port} is for other things than HTTP.` }
  return url
}

/** An address as it may be shown: what follows the `?`, where tokens stand, and who is named in it are left out. */
export function shownAddress(text: string): string {
  const [address = ''] = text.split(/[?#]/, 1)
  return `${address.replace(/^([\w+.-]*:?\/\/)[^/]*@/, '$1')}${text.includes('?') ? '?…' : ''}`
}

/** The connection's own headers, which no caller may set. */
const ownHeaders = new Set(
  'host content-length transfer-encoding connection keep-alive proxy-connection upgrade te trailer expect'.split(
    ' ',
  ),
)

/** The name of a header that cannot be sent along, or null. */
export function wrongHeader(headers: Record<string, string>): string | null {
  const wrong = Object.entries(headers).find(
    ([name, value]) =>
      !/^[\w!#$%&'*+.^`|~-]{1,100}$/.test(name) ||
      !/^[\t -~\u0080-\u00ff]{0,8000}$/.test(value) ||
      ownHeaders.has(name.toLowerCase()),
  )
  return wrong ? wrong[0] : null
}

/** Looks a call's address up and refuses it unless all that is found may be called. */
export async function checkTarget(
  text: string,
  { resolve, may: mayBe, own }: { resolve: Resolve; may: (address: string) => boolean; own: OwnPorts },
): Promise<Target | ReturnType<typeof failed>> {
  const url = readTarget(text)
  if (!(url instanceof URL)) return failed(url.error, true)
  const may = (address: string) => mayBe(address) && !isOurselves(address, url, own)
  const literal = literalOf(url.hostname)
  if (literal !== null) {
    if (!may(literal)) return failed(`The address ${literal} ${isClosed}`, true)
    return { url, addresses: [{ address: literal, family: literal.includes(':') ? 6 : 4 }] }
  }
  try {
    const addresses = await resolve(url.hostname)
    const wrong = addresses.find(({ address }) => !may(address))
    if (wrong) return failed(`${url.hostname} leads to ${wrong.address}, which ${isClosed}`, true)
    return addresses.length > 0 ? { url, addresses } : failed(`The name ${url.hostname} was not found.`)
  } catch (error) {
    return failed(wordsOf(error, url))
  }
}

const isClosed = 'is not on the open internet. If Shiplog shall call it, name it in SHIPLOG_OUTBOUND_ALLOW.'
