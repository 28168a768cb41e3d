import { newId } from '../adapters/postgres/new-id';
import type { NodeInput } from '../contracts/agent-run';
import type { NewArtifact } from '../domain/artifacts/header';
import type { Payloads } from '../domain/artifacts/payload-store';
import { canonicalJson } from '../domain/kernel/canonical-json';

/** Begins the header of a node's artifact, whose payload lies where it belongs or travels with it. For runs the session is the run and the branch is main. */
export async function runArtifact(
  payloads: Payloads,
  input: NodeInput,
  payload: unknown,
  ref = newId(),
): Promise<NewArtifact> {
  const stored = await payloads.carried.put(Buffer.from(canonicalJson(payload), 'utf8'));
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
