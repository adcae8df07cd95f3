import type { Recipe } from './recipe.ts'

/** Whoever verifies Standard Webhooks: our own small receiver, or a service of the team's. */
export const webhook = {
  kind: 'webhook',
  label: 'A signed webhook',
  hint: 'The small receiver in integrations/receiver, or any service that checks Standard Webhooks signatures.',
  address: {
    example: 'https://deploy.example.com/shiplog',
    pattern: /^https?:\/\/./,
    refusal: 'Give an address that begins with http:// or https://.',
  },
  token: null,
  signed: true,
  options: [],
  setup: {
    words: 'Start the receiver with this page’s secret and the script that rolls back.',
    snippet: 'SHIPLOG_RECEIVER_SECRET=whsec_… node receiver.mjs --listen 127.0.0.1:9090 -- ./rollback.sh',
  },
  call: ({ url }, asked) => ({
    url,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'rollback.requested', timestamp: asked.asked_at, data: asked }),
  }),
} satisfies Recipe
