import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';

/**
 * What happens on a link. `lose-replies`: the other side does its work, and nobody hears of it; `lose-reply-to`: only to
 * requests with this text, so many times. `cut`: the reply still comes. `freeze`: half open; what was sent arrives when
 * the link is mended, also of who has given up meanwhile.
 */
export type LinkMode =
  | { kind: 'pass' }
  | { kind: 'delay'; ms: number }
  | { kind: 'freeze' }
  | { kind: 'lose-replies' }
  | { kind: 'lose-reply-to'; text: string; times: number }
  | { kind: 'cut' };

const PASS: LinkMode = { kind: 'pass' };

/** A TCP link between the product and one of its services, with faults on demand. */
export class FaultLink {
  private mode: LinkMode = PASS;
  private readonly held: (() => void)[] = [];
  private readonly sockets = new Set<Socket>();
  /** Whose next reply gets lost. */
  private readonly doomed = new WeakSet<Socket>();
  private dooms = 0;
  /** What the present fault has met: held, delayed or cut pieces of data. */
  hits = 0;

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
    readonly port: number,
  ) {}

  static async open(targetPort: number): Promise<FaultLink> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const link = new FaultLink(server, targetPort, (server.address() as { port: number }).port);
    server.on('connection', (near) => link.join(near));
    return link;
  }

  break(mode: LinkMode): void {
    this.mode = mode;
    this.hits = 0;
    this.dooms = 0;
  }

  mend(): void {
    this.mode = PASS;
    for (const forward of this.held.splice(0)) forward();
  }

  async close(): Promise<void> {
    this.mend();
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private join(near: Socket): void {
    const far = createConnection({ host: '127.0.0.1', port: this.targetPort, noDelay: true });
    this.carry(near, far, 'request');
    this.carry(far, near, 'reply');
  }

  private carry(from: Socket, to: Socket, direction: 'request' | 'reply'): void {
    this.sockets.add(from);
    from.on('data', (data) => this.pass(data, from, to, direction));
    from.on('end', () => this.inTurn(() => to.end()));
    from.on('error', () => to.resetAndDestroy());
    from.on('close', () => {
      this.sockets.delete(from);
      this.inTurn(() => to.destroySoon());
    });
  }

  /** After what is held. */
  private inTurn(end: () => void): void {
    if (this.held.length > 0) this.held.push(end);
    else end();
  }

  private pass(data: Buffer, from: Socket, to: Socket, direction: 'request' | 'reply'): void {
    const { mode } = this;
    const forward = () => void (to.writable && to.write(data));
    if (mode.kind === 'lose-reply-to' && direction === 'request') this.doom(mode, data, to);
    const isCut =
      direction === 'reply' && (mode.kind === 'lose-replies' || mode.kind === 'cut' || this.doomed.has(from));
    if (mode.kind === 'freeze' || mode.kind === 'delay' || isCut) this.hits += 1;
    if (mode.kind === 'freeze' || this.held.length > 0) this.held.push(forward);
    else if (mode.kind === 'delay')
      setTimeout(forward, mode.ms); // equal delays keep the order
    else if (isCut) this.cut(mode.kind === 'cut' ? forward : () => undefined, from, to);
    else forward();
  }

  private doom(mode: LinkMode & { kind: 'lose-reply-to' }, request: Buffer, far: Socket): void {
    if (this.dooms === mode.times || this.doomed.has(far) || !request.includes(mode.text)) return;
    this.dooms += 1;
    this.doomed.add(far);
  }

  private cut(last: () => void, from: Socket, to: Socket): void {
    last();
    setImmediate(() => [from, to].forEach((socket) => socket.resetAndDestroy()));
  }
}
