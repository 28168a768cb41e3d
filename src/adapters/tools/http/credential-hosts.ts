import { LonghaulError } from '../../../domain/kernel/errors';
import { AllowedHosts } from './allowed-hosts';

/** To whom each credential of agents may be sent: a request that names one must not take it anywhere else. */
export class CredentialHosts {
  private readonly byName: ReadonlyMap<string, { host: string; rule: AllowedHosts }>;

  /** @throws LonghaulError InvalidConfiguration */
  constructor(credentials: readonly { name: string; host: string }[]) {
    this.byName = new Map(
      credentials.map(({ name, host }) => [name, { host, rule: new AllowedHosts(host, 'runners.credentials') }]),
    );
  }

  /** @throws LonghaulError UnknownCredential, RefusedAddress */
  check(credential: string, url: string): void {
    const known = this.byName.get(credential);
    if (known === undefined) {
      const names = [...this.byName.keys()].join(', ') || 'none';
      throw new LonghaulError('UnknownCredential', { credential, known: names });
    }
    const { host, rule } = known;
    const asked = new URL(url);
    const refuse = (detail: string) => new LonghaulError('RefusedAddress', { url: url.split(/[?#]/)[0]!, detail });
    if (rule.refusalOf(asked) !== undefined) throw refuse(`credential "${credential}" is for ${host} only`);
    if (asked.protocol === 'http:' && !rule.namesAddress(asked))
      throw refuse('a credential is sent over https only, or to an address that is named with its port');
  }
}
