import { z } from 'zod';
import { topicParams, topicQuery } from '../../contracts/api.schema';
import { lastEventOf } from '../http/last-event';
import { route, type Route } from '../route';
import { artifactEvents } from '../services/artifact-events';
import { serverEvent } from '../services/server-event';
import { ARTIFACT_HEADER } from './examples';

export const eventRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/events/{topic}',
    operationId: 'followEvents',
    tag: 'Artifacts',
    summary: 'Follow the artifacts of a session, as server-sent events',
    description: [
      'The topic is `artifacts:` and the session, which of a run is its runId. Events: `artifact` with its header, in step order, each once and none',
      'left out; what is published already comes first. The id of an event is its step: `Last-Event-ID`, or `after`, goes on behind it. The stream lasts',
      'until the client leaves or the process ends; a comment at its beginning, and when nothing happens for five seconds. While Redis is away, artifacts come up to a second later.',
    ].join(' '),
    params: topicParams,
    query: topicQuery,
    replies: {
      200: {
        ...{ description: 'Until the client leaves.', contentType: 'text/event-stream', schema: z.string() },
        example: serverEvent('artifact', ARTIFACT_HEADER, ARTIFACT_HEADER.stepIdx),
      },
    },
    stream: true,
    errors: ['TooManyStreams'],
    handle: async ({ params: { topic: sessionId }, query }, context) => {
      const afterStep = lastEventOf(context) ?? query.after ?? -1;
      return { status: 200, events: artifactEvents(context, { sessionId, branchId: query.branch, afterStep }) };
    },
  }),
];
