import { parseModelName, type WireName } from '../../domain/llm/model-name';
import type { ProviderSettings } from './provider';

/** All that the names depend on; no secret is among it. */
export type ProviderAddresses = Pick<ProviderSettings, 'openaiBaseUrl' | 'anthropicBaseUrl'>;

/** Who serves a model, known also where its provider cannot be asked: recordings are found by that name. */
export interface ProviderNames {
  nameFor(model: string): string;
}

interface WireNames {
  /** At the maker's own host; a server in its place has `compatible` and its address. */
  maker: string;
  host: string;
  compatible: string;
  addressOf(addresses: ProviderAddresses): string;
  /** The scripted model server, wherever it is. */
  scripted: string;
}

export const WIRE_NAMES: Record<WireName, WireNames> = {
  openai: {
    ...{ maker: 'openai', host: 'api.openai.com', compatible: 'openai-compatible' },
    addressOf: ({ openaiBaseUrl }) => openaiBaseUrl,
    scripted: 'scripted',
  },
  anthropic: {
    ...{ maker: 'anthropic', host: 'api.anthropic.com', compatible: 'anthropic-compatible' },
    addressOf: ({ anthropicBaseUrl }) => anthropicBaseUrl,
    scripted: 'scripted-anthropic',
  },
};

export function providerNames(addresses: ProviderAddresses): ProviderNames {
  return {
    nameFor(model) {
      const { wire, scripted } = parseModelName(model);
      return scripted ? WIRE_NAMES[wire].scripted : ownName(wire, addresses);
    },
  };
}

/** Of whoever answers for all names but `scripted-*`. */
export function ownName(wire: WireName, addresses: ProviderAddresses): string {
  const { maker, host: makersHost, compatible, addressOf } = WIRE_NAMES[wire];
  const { hostname, host } = new URL(addressOf(addresses));
  return hostname === makersHost ? maker : `${compatible}:${host}`;
}
