import { asVariables, flat, type Recipe } from './recipe.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** https://docs.gitlab.com/ci/triggers/: it takes its token in the body alone. */
export const gitlab = {
  kind: 'gitlab',
  label: 'GitLab, pipeline trigger',
  hint: 'Starts a pipeline with the facts as variables.',
  address: {
    example: 'https://gitlab.com/api/v4/projects/123/trigger/pipeline',
    pattern: /^https?:\/\/[^?#]+\/api\/v4\/projects\/[^/?#]+\/trigger\/pipeline$/,
    refusal: 'It looks like https://gitlab.com/api/v4/projects/123/trigger/pipeline.',
  },
  token: {
    label: 'Trigger token',
    hint: 'Settings, CI/CD, Pipeline trigger tokens. It is sealed and never shown again.',
  },
  signed: false,
  options: [
    { name: 'ref', label: 'Branch', hint: 'The branch or tag whose pipeline runs.', initial: 'main' },
  ],
  setup: {
    words: 'In .gitlab-ci.yml; the job reads $SHIPLOG_TO and its kin.',
    snippet:
      'rollback:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == "trigger" && $SHIPLOG_REQUEST\n  script: ./rollback.sh',
  },
  call: ({ url, token, options }, asked) => ({
    url,
    headers: form,
    body: new URLSearchParams([
      ['ref', options.ref ?? ''],
      ...asVariables(asked).map(([name, value]) => [`variables[${name}]`, value] as [string, string]),
    ]).toString(),
    secret_tail: `&${new URLSearchParams({ token })}`,
  }),
} satisfies Recipe

/** https://www.jenkins.io/doc/book/using/remote-access-api/: parameters as a form, user and API token as Basic. */
export const jenkins = {
  kind: 'jenkins',
  label: 'Jenkins job',
  hint: 'Builds a job with the facts as parameters. Jenkins ignores those that the job does not declare.',
  address: {
    example: 'https://jenkins.example.com/job/rollback/buildWithParameters',
    pattern: /^https?:\/\/[^?#]+\/job\/[^?#]+\/buildWithParameters$/,
    refusal: 'It looks like https://jenkins.example.com/job/NAME/buildWithParameters.',
  },
  token: { label: 'User and API token', hint: 'As user:token. It is sealed and never shown again.' },
  signed: false,
  options: [],
  setup: {
    words: 'The job declares string parameters of these names.',
    snippet:
      'SHIPLOG_REQUEST SHIPLOG_COMPONENT SHIPLOG_ENVIRONMENT SHIPLOG_FROM SHIPLOG_TO\nSHIPLOG_COMMIT SHIPLOG_ARTIFACT SHIPLOG_INCIDENT SHIPLOG_REASON SHIPLOG_DRILL',
  },
  call: ({ url, token }, asked) => ({
    url,
    headers: { ...form, authorization: `Basic ${Buffer.from(token).toString('base64')}` },
    body: new URLSearchParams(asVariables(asked)).toString(),
  }),
} satisfies Recipe

/** https://docs.ansible.com/automation-controller: a job template that asks for variables at launch. */
export const awx = {
  kind: 'awx',
  label: 'AWX or Ansible Tower',
  hint: 'Launches a job template; let it prompt for variables on launch.',
  address: {
    example: 'https://awx.example.com/api/v2/job_templates/7/launch/',
    pattern: /^https?:\/\/[^?#]+\/api\/(?:controller\/)?v2\/(?:workflow_)?job_templates\/[^/?#]+\/launch\/$/,
    refusal: 'It looks like https://awx.example.com/api/v2/job_templates/7/launch/, with the last slash.',
  },
  token: {
    label: 'Access token',
    hint: 'Of a user who may launch the template. It is sealed and never shown again.',
  },
  signed: false,
  options: [],
  setup: {
    words: 'The playbook reads these variables.',
    snippet: '- hosts: web\n  tasks:\n    - ansible.builtin.command: /opt/deploy {{ shiplog_to | quote }}',
  },
  call: ({ url, token }, asked) => ({
    url,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({
      extra_vars: Object.fromEntries(
        Object.entries(flat(asked)).map(([name, value]) => [`shiplog_${name}`, value]),
      ),
    }),
  }),
} satisfies Recipe
