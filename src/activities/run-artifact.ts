import { newId } from '../adapters/postgres/new-id';
import type { NodeInput } from '../contracts/agent-run';
import type { NewArtifact } from '../domain/artifacts/header';
import type { PayloadStore } from '../domain/artifacts/payload-store';
import { canonicalJson } from '../domain/kernel/canonical-json';

/** Makes a payload of a node durable and begins its header. For runs the session is the run and the branch is main. */
export async function runArtifact(
  payloads: PayloadStore,
  input: NodeInput,
  payload: unknown,
  ref = newId(),
): Promise<NewArtifact> {
  const stored = await payloads.put(Buffer.from(canonicalJson(payload), 'utf8'));
  return {
    ...stored,
    ref,
    tenant: input.tenant,
    sessionId: input.runId,
    branchId: 'main',
    type: 'state',
    agentId: input.node,
    mime: 'application/json',
  };
}
