import { networkInterfaces } from 'node:os'

/** The ports at which this very Shiplog and its store listen: no call of ours is meant for them. */
export type OwnPorts = readonly number[]

/** Whether an address and port are Shiplog itself, or its store, on this machine; whatever the settings allow. */
export function isOurselves(address: string, url: URL, own: OwnPorts): boolean {
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  return own.includes(port) && isThisMachine(address)
}

function isThisMachine(given: string): boolean {
  const address = given.replace(/^::ffff:(?=\d+\.)/i, '')
  if (/^127\.|^0\.0\.0\.0$|^::1?$/.test(address)) return true
  return Object.values(networkInterfaces()).some((cards) => cards?.some((card) => card.address === address))
}
