import { isIP } from 'node:net';
import { LonghaulError } from '../../../domain/kernel/errors';
import { isPublicAddress } from './public-address';

const NAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9][a-z0-9-]{0,62})*$/;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** `host` or `host:port`; an address of IPv6 stands in brackets. */
interface Entry {
  host: string;
  /** Absent: the default port of the scheme. */
  port?: string;
}

/**
 * The hosts that tools may reach; nothing else is ever asked. A name is allowed as far as it leads to public addresses.
 * An address that is not public is reached only if the list names exactly it, with its port.
 */
export class AllowedHosts {
  private readonly entries: readonly Entry[];

  /**
   * @param text entries with commas in between
   * @param setting where they are from, for what is said about them
   * @throws LonghaulError InvalidConfiguration
   */
  constructor(
    text: string,
    private readonly setting = 'tools.httpAllow',
  ) {
    this.entries = text.split(',').flatMap((entry) => (entry.trim() === '' ? [] : [parsed(entry.trim(), setting)]));
  }

  /** Why a URL must not be asked, or nothing. */
  refusalOf(url: URL): string | undefined {
    if (!Object.hasOwn(DEFAULT_PORTS, url.protocol)) return `${url.protocol} is not read; only http and https are`;
    if (url.username !== '' || url.password !== '') return 'a URL must not carry a user or a password';
    if (this.entries.some((entry) => fits(entry, url))) return undefined;
    if (this.entries.length === 0) return `no host is allowed; the operator has to set ${this.setting}`;
    return `${url.host} is not among the allowed hosts (${this.entries.map(shown).join(', ')})`;
  }

  /** Whether this literal address was named with its port, so that it may be reached though it is not public. */
  namesAddress(url: URL): boolean {
    return this.entries.some((entry) => entry.port !== undefined && isIP(bare(entry.host)) !== 0 && fits(entry, url));
  }
}

function parsed(text: string, setting: string): Entry {
  const found = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(text);
  const host = found?.[1]?.toLowerCase() ?? '';
  const isAddress = isIP(bare(host)) !== 0;
  if (found === null || !(isAddress || NAME.test(host)) || Number(found[2] ?? 1) > 65_535)
    throw unusable(text, setting, 'expected host or host:port, such as api.example.org or 127.0.0.1:8081');
  if (isAddress && found[2] === undefined && !isPublicAddress(bare(host)))
    throw unusable(text, setting, 'this address is not public; name its port too, if that is what you want');
  // As URLs write it: a host of digits and dots is an address in one form only.
  if (!URL.canParse(`http://${host}/`)) throw unusable(text, setting, 'no host has such a name');
  const { hostname } = new URL(`http://${host}/`);
  return { host: hostname, ...(found[2] === undefined ? {} : { port: String(Number(found[2])) }) };
}

function unusable(text: string, setting: string, detail: string): LonghaulError {
  return new LonghaulError('InvalidConfiguration', { detail: `${setting} has "${text}": ${detail}.` });
}

function fits({ host, port }: Entry, { hostname, protocol, port: asked }: URL): boolean {
  const standard = DEFAULT_PORTS[protocol];
  return host === hostname && (port ?? standard) === (asked === '' ? standard : asked);
}

function shown({ host, port }: Entry): string {
  return port === undefined ? host : `${host}:${port}`;
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
