import { nativeKind } from './native-kind.ts'
import { matchedStep, shownOnce } from './steps.ts'

const group = 'Servers'
const secretStep = 'Keep the secret where your deploy runs, as SHIPLOG_TOKEN, and out of the repository.'

export const capistrano = nativeKind({
  kind: 'capistrano',
  label: 'Capistrano',
  hint: 'Deploys and rollbacks, failed ones too, by a recipe that never breaks a deploy.',
  group,
  kit: 'capistrano',
  steps: ({ origin }) => [
    'Copy the recipe from integrations/capistrano into lib/capistrano/tasks of your application.',
    `Where you deploy from, set SHIPLOG_URL to ${origin}.`,
    secretStep,
    matchedStep,
  ],
  test: 'Deploy to a stage that is not production. A dry run sends nothing.',
})

export const ansible = nativeKind({
  kind: 'ansible',
  label: 'Ansible',
  hint: 'Playbooks that release something, by a callback plugin or by tasks of your own.',
  group,
  kit: 'ansible',
  steps: ({ origin }) => [
    'Copy the callback plugin from integrations/ansible to a folder that callback_plugins names, and enable it with callbacks_enabled = shiplog.',
    `Where playbooks run, set SHIPLOG_URL to ${origin}.`,
    secretStep,
    matchedStep,
  ],
  test: 'Run a playbook that changes nothing. Check mode sends nothing.',
})

export const fabric = nativeKind({
  kind: 'fabric',
  label: 'Fabric',
  hint: 'Tasks in a fabfile, wrapped by a few lines of Python.',
  group,
  kit: 'fabric',
  steps: ({ origin }) => [
    'Copy the helper from integrations/fabric beside your fabfile, and wrap the task that deploys.',
    `Where tasks run, set SHIPLOG_URL to ${origin}.`,
    secretStep,
    'To let a task ask what to go back to, take an API token with the scope releases:write instead: the secret of a source only reports.',
    matchedStep,
  ],
})

export const kamal = nativeKind({
  kind: 'kamal',
  label: 'Kamal',
  hint: 'Deploys, redeploys and rollbacks, by Kamal’s own hooks.',
  group,
  kit: 'kamal',
  steps: ({ origin }) => [
    'Copy shiplog-hook from integrations/kamal to .kamal/hooks/pre-deploy and to .kamal/hooks/post-deploy of your application, shiplog-report from integrations/shiplog-report to .kamal, and keep them executable.',
    `Where you run kamal, set SHIPLOG_URL to ${origin}.`,
    secretStep,
    'Kamal has no hook for a deploy that failed: its release is shown as lost after an hour.',
    matchedStep,
  ],
})

/** Its body is a template of the operator’s own, so ours makes the native event of it. */
export const foreman = nativeKind({
  kind: 'foreman',
  label: 'Foreman',
  hint: 'Jobs and published content of Foreman and Katello, by the webhooks plugin.',
  group,
  kit: 'foreman',
  ownAddress: true,
  steps: ({ address, secret }) => [
    'This is Foreman, which manages hosts; the runner of Procfiles of the same name sends nothing.',
    'In Foreman, open Administer, then Webhook Templates, then “Create Template”, and paste the one of integrations/foreman that fits: for promoted content views, or for jobs on hosts.',
    'Open Webhooks, then “Create new”. Subscribe to “Actions Katello Content View Promote Succeeded”, or for jobs to “Actions Remote Execution Run Host Job Succeeded” with a second webhook for “… Failed”.',
    `Target URL: ${address}. HTTP method: POST. Content type: application/json.`,
    `User: shiplog. Password: ${secret ?? shownOnce}`,
    'The label of a content view, or the parameter shiplog_service of a host, names the service. What is called like a component’s slug is matched at once; anything else waits in the inbox.',
  ],
  test: 'Run the job on one host. Foreman sends once and never again: what went wrong stands in its production log.',
})
