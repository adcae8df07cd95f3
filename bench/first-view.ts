import { request } from 'node:http'

/** What a browser fetches at the first visit of a page, and how many bytes that is on the wire. */
export async function firstView(origin: string) {
  const page = await bytesOf(`${origin}/`)
  const html = await (await fetch(`${origin}/`)).text()
  const rest = [
    ...html.matchAll(/<link rel="(?:stylesheet|icon)" href="([^"]+)"/g),
    ...html.matchAll(/<(?:script|img)[^>]*\ssrc="([^"]+)"/g),
  ].map(([, address = '']) => address)
  let total = page
  for (const address of rest) total += await bytesOf(new URL(address, origin).href)
  return { html_kb: page / 1024, total_kb: total / 1024, requests: rest.length + 1 }
}

/** The body as it travels, in the encoding that browsers ask for. */
function bytesOf(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': 'gzip, deflate, br' }
    request(url, { headers }, (answer) => {
      let bytes = 0
      answer.on('data', (part: Buffer) => {
        bytes += part.length
      })
      answer.on('end', () => resolve(bytes))
    })
      .on('error', reject)
      .end()
  })
}
