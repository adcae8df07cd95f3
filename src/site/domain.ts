import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
/** What ends a host in an address, or is read as something else than itself there. */
const notOfAName = /[\s/\\?#@%[\]<>^|"'`{}*,;!$&()+=~_]/

/** A host name as browsers send it (lower case, other scripts in punycode), or what is wrong with it, in a sentence. */
export function hostName(given: string): { name: string } | { wrong: string } {
  const text = given.trim().toLowerCase()
  if (/^[a-z]+:\/\//.test(text) || /\/$/.test(text)) {
    return { wrong: 'Only the name, such as status.example.com: without https:// and without a path.' }
  }
  if (/^[^:]+:\d*$/.test(text)) {
    return { wrong: 'Without a port: the page is reached over https at its usual port, 443.' }
  }
  const wrong = 'Write a host name, such as status.example.com.'
  if (notOfAName.test(text) || text.includes(':') || text.length > 253) return { wrong }
  const name = domainToASCII(text)
  const labels = name.split('.')
  if (isIP(name) || labels.length < 2) return { wrong }
  if (name.length > 253 || !labels.every((one) => label.test(one)) || /^\d+$/.test(labels.at(-1) ?? '')) {
    return { wrong }
  }
  return { name }
}
