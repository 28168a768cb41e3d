/**
 * `{kind}/{tenant}/{name}/{runId}`, readable in the Temporal Web UI. The SQL stores of the server take 255 characters;
 * only the name, which people choose, can be long, so it is the part that is cut. The runId makes the id unique.
 */
export const WORKFLOW_ID_MAX = 255;

export function workflowId(kind: string, tenant: string, name: string, runId: string): string {
  const room = WORKFLOW_ID_MAX - `${kind}/${tenant}//${runId}`.length;
  return `${kind}/${tenant}/${name.replace(/[^\w.-]+/g, '-').slice(0, Math.max(0, room))}/${runId}`;
}
