/** Below one simulation of the API: `/simulations/{id}/ticks`. */
export function simulationPath(runId: string, part?: string): string {
  const self = `/simulations/${encodeURIComponent(runId)}`;
  return part === undefined ? self : `${self}/${part}`;
}

export function partitionedPath(runId: string): string {
  return `/partitioned-simulations/${encodeURIComponent(runId)}`;
}
