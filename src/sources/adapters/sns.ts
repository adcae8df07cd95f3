import { z } from 'zod'
import { readJson } from '../../platform/strict-text.ts'
import type { Adapter, Translation } from '../adapter.ts'
import { jsonIn, without } from '../known.ts'
import { fromCodeDeploy } from './code-deploy.ts'
import { addressOfSns, envelope, signedBySns } from './sns-signature.ts'

const topic = /^arn:aws[\w-]*:sns:[a-z0-9-]{3,40}:\d{12}:[\w-]{1,256}$/

/** CodeDeploy’s triggers, by way of a topic of SNS. Only that topic is heard, and only what SNS signed. */
export const sns = {
  kind: 'sns',
  label: 'AWS CodeDeploy',
  hint: 'Deployments of CodeDeploy, by its triggers and a topic of SNS.',
  group: 'Clouds',
  secret: 'none',
  settings: {
    topic_arn: {
      label: 'ARN of the topic',
      hint: 'It begins with arn:aws:sns: and stands on the page of the topic. Nothing of another topic is heard.',
      schema: z
        .string()
        .regex(topic, 'An ARN of a topic looks like arn:aws:sns:eu-west-1:123456789012:deploys.'),
    },
  },
  async verify(incoming, credentials) {
    const said = envelope.safeParse(jsonIn(incoming.body)).data
    if (!said || said.TopicArn !== credentials.settings.topic_arn) return false
    return signedBySns(said, credentials, incoming.received_at)
  },
  // JSON, whatever it is said to be: what is verified and what is read have to be the same
  read: ({ body }) => readJson(body),
  // whoever opens that address ends the subscription, without being asked who they are
  redact: (json) => without(json, 'UnsubscribeURL'),
  dedupeKey: ({ json }) => envelope.safeParse(json).data?.MessageId ?? null,
  translate({ json }, { topic_arn }): Translation {
    const read = envelope.safeParse(json)
    if (!read.success) return { invalid: 'This is not a message of SNS’s.' }
    const { Type, Message, Timestamp, SubscribeURL, TopicArn } = read.data
    if (TopicArn !== topic_arn)
      return { ignored: 'It is of another topic than the one that this source hears.' }
    if (Type === 'Notification') return fromCodeDeploy(Message, Timestamp)
    if (Type === 'UnsubscribeConfirmation') {
      return {
        ignored:
          'Somebody ended the subscription: nothing more comes from this topic until it is subscribed again.',
      }
    }
    const url = confirmation(SubscribeURL, TopicArn)
    if (!url) return { invalid: 'The address that would confirm the subscription is not one of SNS’s.' }
    return {
      confirm: {
        url,
        words: `The topic ${TopicArn} asks whether it may send here. Nothing comes until an admin opens this delivery and confirms it.`,
      },
    }
  },
  setup: ({ address, settings }) => ({
    steps: [
      `In SNS, open the topic ${settings.topic_arn ?? ''} and choose “Create subscription”.`,
      'Protocol: HTTPS. Leave “Enable raw message delivery” off: without its envelope nothing is signed.',
      `Endpoint: ${address}`,
      'SNS asks at once whether it may send here. Open that delivery under “What came in”, and press “Confirm the subscription”. The question is good for three days.',
      'In CodeDeploy, open the deployment group, then Edit, then “Advanced”, then “Create trigger”. Events: deployment starts, succeeds, fails, stops, rolls back and is ready. Leave out the events of instances. Topic: the one above.',
      'The service is the name of the application and the environment is the name of the deployment group. CodeDeploy does not say the version.',
      'A template that makes the topic and the subscription stands in integrations/aws, which comes with Shiplog.',
    ],
    test: '“Publish message” on the page of the topic sends any text: it is verified, and kept as ignored.',
  }),
} satisfies Adapter

function confirmation(text: string | undefined, topic_arn: string): string | null {
  const url = addressOfSns(text, topic_arn)
  const query = url?.searchParams
  const confirms = query?.get('Action') === 'ConfirmSubscription' && query.get('TopicArn') === topic_arn
  return url && confirms ? url.href : null
}
