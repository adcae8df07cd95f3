import { BlockList, isIP } from 'node:net'

type Rules = (address: string) => boolean

/** Not of the open internet (IANA's special-purpose registry): this machine, private networks, clouds' metadata. */
const closed4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15'],
  ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
]
/** Where clouds tell machines their secrets: nothing that a range in the settings means. */
const metadata = ['169.254.169.254', '169.254.170.2', '100.100.100.200', 'fd00:ec2::254']
/** Everything but 2000::/3, and in it what is for tunnels (Teredo, 6to4), protocols and documents. */
const closed6 = [
  ...['::/3', '4000::/2', '8000::/1'],
  ...['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'],
]

/**
 * Which addresses may be called: those of the open internet, and those in `allow` (addresses, CIDR ranges), but for
 * clouds' metadata. An IPv4
 * address in IPv6 clothes (mapped, or through NAT64) is judged as what it is.
 */
export function addressRules(allow: readonly string[]): Rules {
  const [isClosed, isAllowed, isNever] = [listOf([...closed4, ...closed6]), listOf(allow), listOf(metadata)]
  return (given) => {
    const address = plain(given)
    return address !== null && !isNever(address) && (isAllowed(address) || !isClosed(address))
  }
}

/** The host of a URL as an address, without brackets; null: it is a name. */
export function literalOf(hostname: string): string | null {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(bare) === 0 ? null : bare
}

/** Of each family one list: in a common one, a range that holds ::ffff:0:0/96 would hold every IPv4 address. */
function listOf(networks: readonly string[]): Rules {
  const lists = { 4: new BlockList(), 6: new BlockList() }
  for (const network of networks) {
    const [given = '', bits] = network.split('/')
    const address = mapped(given) ?? given
    const family = isIP(address) as 4 | 6
    const whole = family === 4 ? 32 : 128
    const shift = address === given ? 0 : 96
    const length = bits === undefined ? whole : Math.max(0, Number(bits) - shift)
    lists[family].addSubnet(address, length, `ipv${family}`)
  }
  return (address) => {
    const family = isIP(address) as 4 | 6
    return lists[family].check(address, `ipv${family}`)
  }
}

function plain(given: string): string | null {
  if (isIP(given) === 0 || given.includes('%')) return null
  return mapped(given) ?? throughNat64(given) ?? given
}

function mapped(address: string): string | null {
  const groups = groupsOf(address)
  return groups?.slice(0, 6).join() === '0,0,0,0,0,65535' ? last32(groups) : null
}

/** 64:ff9b::/96: how networks without IPv4 reach the IPv4 address at its end. */
function throughNat64(address: string): string | null {
  const groups = groupsOf(address)
  return groups?.slice(0, 6).join() === '100,65435,0,0,0,0' ? last32(groups) : null
}

function last32(groups: number[]): string {
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 255])
    .join('.')
}

/** The eight numbers of an IPv6 address, however it is written; null for anything else. */
function groupsOf(address: string): number[] | null {
  if (isIP(address) !== 6 || !URL.canParse(`http://[${address}]`)) return null
  const [before = '', after] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const read = (text: string) =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
  if (after === undefined) return read(before)
  const [head, tail] = [read(before), read(after)]
  return [...head, ...Array(8 - head.length - tail.length).fill(0), ...tail]
}
