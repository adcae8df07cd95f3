import { nativeKind } from './native-kind.ts'
import { matchedStep, shownOnce } from './steps.ts'

/** App Platform has no webhook of its own for deployments, so jobs of the app's tell. */
export const digitalocean = nativeKind({
  kind: 'digitalocean',
  label: 'DigitalOcean App Platform',
  hint: 'Deployments of an app, failed ones too, by three small jobs of its spec.',
  group: 'Clouds',
  kit: 'digitalocean',
  steps: ({ origin, secret }) => [
    'App Platform tells nobody of deployments but by e-mail and Slack, so three jobs of the app do: before, after, and when it failed.',
    'Get the app’s spec: doctl apps spec get APP > app.yaml',
    'Copy the three jobs from integrations/digitalocean/app.example.yaml into it, and put the name of your component for “shop”.',
    `In each, set SHIPLOG_URL to ${origin} and SHIPLOG_TOKEN, with type: SECRET, to ${secret ?? shownOnce}`,
    'Update the app: doctl apps update APP --spec app.yaml. That deploys it, and tells for the first time.',
    matchedStep,
  ],
  test: 'doctl apps create-deployment APP deploys the app once more. No job ever fails because of Shiplog.',
})
