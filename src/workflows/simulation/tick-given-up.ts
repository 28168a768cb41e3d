/** Thrown in a tick that waits for a person while the run is to stop: the run ends with the tick before. */
export class TickGivenUp extends Error {
  override readonly name = 'TickGivenUp';
}
