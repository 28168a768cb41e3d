/** A stream that ended without all that makes an answer complete. */
export class IncompleteAnswer extends Error {
  override readonly name = 'IncompleteAnswer';

  /** @param began whether anything of an answer had arrived: then it broke off, else there never was one */
  constructor(
    message: string,
    readonly began: boolean,
  ) {
    super(message);
  }
}

/** An error event, or a broken one, in a response of status 200. */
export class ErrorEvent extends Error {
  override readonly name = 'ErrorEvent';

  constructor(readonly event: unknown) {
    super('an error event inside the stream');
  }
}
