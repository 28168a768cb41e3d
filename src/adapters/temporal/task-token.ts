import { Writer } from 'protobufjs/minimal';

export interface WorkflowTaskFacts {
  namespaceId: string;
  workflowId: string;
  runId: string;
  scheduledEventId: number;
  attempt: number;
  startedEventId: number;
  /** Of the events: 0 where the namespace lives in one cluster. */
  version: number;
}

/** Field numbers of the server's own message `temporal.server.api.token.v1.Task`; the wire type is in the low three bits of a tag. */
const LENGTH_DELIMITED = 2;
const FIELDS = {
  namespaceId: 1,
  workflowId: 2,
  runId: 3,
  scheduledEventId: 4,
  attempt: 5,
  startedEventId: 10,
  version: 11,
};

/** A workflow task's token as the server (1.31) builds it; what it leaves out, the server does not compare. */
export function workflowTaskToken(facts: WorkflowTaskFacts): Uint8Array {
  const writer = Writer.create();
  for (const name of ['namespaceId', 'workflowId', 'runId'] as const)
    writer.uint32((FIELDS[name] << 3) | LENGTH_DELIMITED).string(facts[name]);
  for (const name of ['scheduledEventId', 'attempt', 'startedEventId', 'version'] as const)
    writer.uint32(FIELDS[name] << 3).int64(facts[name]);
  return writer.finish();
}
