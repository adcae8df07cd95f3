import { nativeKind } from './native-kind.ts'

const group = 'Kubernetes'
const keepSecret =
  'Keep the secret as shiplog-token in the Secret that the notifications read, argocd-notifications-secret.'
const matched =
  'The service is the name of what is deployed; one that is called like a component’s slug is matched at once.'

/** The body is a template in a ConfigMap of the operator’s own, so ours makes the native event of it. */
export const argoCd = nativeKind({
  kind: 'argo_cd',
  label: 'Argo CD',
  hint: 'Syncs of applications, and the way back to an earlier revision, by its notifications.',
  group,
  kit: 'argo-cd',
  ownAddress: true,
  steps: ({ address }) => [
    keepSecret,
    'Apply the ConfigMap from integrations/argo-cd: it holds the service, the templates and the triggers.',
    `Its url is ${address}, with the header Authorization: Bearer $shiplog-token, and method: POST (the default is GET).`,
    'Keep oncePer on the moment that a sync started, as it is there. The trigger on-deployed that Argo CD brings says nothing when you go back to a revision that was live before.',
    'Subscribe the applications, or the whole project, as the file shows.',
    matched,
  ],
  test: 'Sync an application once more: it sends one event when it starts, and one when it is healthy.',
})

export const argoRollouts = nativeKind({
  kind: 'argo_rollouts',
  label: 'Argo Rollouts',
  hint: 'Canaries step by step: how many customers have a version, and an abort as what it is, rolled back.',
  group,
  kit: 'argo-rollouts',
  ownAddress: true,
  steps: ({ address }) => [
    keepSecret.replace('argocd-notifications-secret', 'argo-rollouts-notification-secret'),
    'Apply the ConfigMap from integrations/argo-rollouts: it holds the service, the templates and the triggers.',
    `Its url is ${address}, with the header Authorization: Bearer $shiplog-token, and method: POST (the default is GET).`,
    'Subscribe the rollouts, as the file shows. Each step then says how many percent have the new version.',
    matched,
  ],
  test: 'Restart a rollout (kubectl argo rollouts restart NAME): it sends one event when it begins.',
})
