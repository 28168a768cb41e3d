import type { RequestContext } from '../route';
import { headerView } from './artifact-view';
import { Heartbeat } from './heartbeat';
import { serverEvent } from './server-event';

/** What one subscriber of a session hears, until it leaves. */
export async function* artifactEvents(
  { deps, tenant, gone }: RequestContext,
  branch: { sessionId: string; branchId: string; afterStep: number },
): AsyncGenerator<string> {
  const heartbeat = new Heartbeat();
  yield* heartbeat.whenSilent();
  for await (const headers of deps.artifacts.follow({ ...branch, tenant, signal: gone })) {
    for (const header of headers) yield serverEvent('artifact', headerView(header), header.stepIdx);
    if (headers.length > 0) heartbeat.said();
    yield* heartbeat.whenSilent();
  }
}
