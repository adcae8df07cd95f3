import { flat, type Recipe } from './recipe.ts'

const token = {
  label: 'Access token',
  hint: 'Fine-grained, for this repository only. It is sealed and never shown again.',
}
const headersFor = (token: string) => ({
  accept: 'application/vnd.github+json',
  'content-type': 'application/json',
  authorization: `Bearer ${token}`,
  'x-github-api-version': '2022-11-28',
})

/** https://docs.github.com/rest/repos/repos#create-a-repository-dispatch-event: at most ten facts, 204. */
export const githubDispatch = {
  kind: 'github_dispatch',
  label: 'GitHub, repository_dispatch',
  hint: 'Starts every workflow of the default branch that waits for the event. The token needs “Contents: write”.',
  address: {
    example: 'https://api.github.com/repos/OWNER/REPO/dispatches',
    pattern: /^https?:\/\/[^/]+(?:\/api\/v3)?\/repos\/[^/]+\/[^/]+\/dispatches$/,
    refusal: 'It looks like https://api.github.com/repos/OWNER/REPO/dispatches.',
  },
  token,
  signed: false,
  options: [
    {
      name: 'event_type',
      label: 'Event type',
      hint: 'What the workflow waits for.',
      initial: 'shiplog-rollback',
    },
  ],
  setup: {
    words: 'In the workflow; the facts are in github.event.client_payload.',
    snippet: 'on:\n  repository_dispatch:\n    types: [shiplog-rollback]',
  },
  call: ({ url, token, options }, asked) => ({
    url,
    headers: headersFor(token),
    body: JSON.stringify({ event_type: options.event_type, client_payload: flat(asked) }),
  }),
} satisfies Recipe

/** https://docs.github.com/rest/actions/workflows#create-a-workflow-dispatch-event: it refuses inputs it does not declare. */
export const githubWorkflow = {
  kind: 'github_workflow',
  label: 'GitHub, workflow_dispatch',
  hint: 'Starts one workflow, as its “Run workflow” button does. The token needs “Actions: write”.',
  address: {
    example: 'https://api.github.com/repos/OWNER/REPO/actions/workflows/rollback.yml/dispatches',
    pattern: /^https?:\/\/[^/]+(?:\/api\/v3)?\/repos\/[^/]+\/[^/]+\/actions\/workflows\/[^/]+\/dispatches$/,
    refusal: 'It looks like https://api.github.com/repos/OWNER/REPO/actions/workflows/FILE/dispatches.',
  },
  token,
  signed: false,
  options: [
    {
      name: 'ref',
      label: 'Branch of the workflow',
      hint: 'The branch or tag whose workflow file runs.',
      initial: 'main',
    },
  ],
  setup: {
    words: 'The workflow declares all ten inputs: GitHub refuses others.',
    snippet: [
      'on:',
      '  workflow_dispatch:',
      '    inputs:',
      ...[
        'request',
        'component',
        'environment',
        'from',
        'to',
        'commit',
        'artifact',
        'incident',
        'reason',
      ].map((name) => `      ${name}: { type: string }`),
      '      drill: { type: string }',
    ].join('\n'),
  },
  call: ({ url, token, options }, asked) => ({
    url,
    headers: headersFor(token),
    body: JSON.stringify({ ref: options.ref, inputs: flat(asked) }),
  }),
} satisfies Recipe
