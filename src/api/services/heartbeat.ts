const SILENCE_MS = 5_000;
/** A comment: no event to who reads the stream, and a sign of life to proxies and to who waits. */
const COMMENT = ': nothing new\n\n';

/** Says that a stream lives: at its beginning, so that its head goes out, and when it has said nothing else for five seconds. */
export class Heartbeat {
  private saidAtMs = -Infinity;

  said(): void {
    this.saidAtMs = performance.now();
  }

  *whenSilent(): Generator<string> {
    if (performance.now() - this.saidAtMs <= SILENCE_MS) return;
    this.said();
    yield COMMENT;
  }
}
