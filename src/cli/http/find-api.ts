import { loadSettings } from '../../adapters/config';
import { isSupervised, readState } from '../../adapters/embedded';
import { ApiClient, ApiUnreachable } from '../../client/api-client';

export interface ApiOptions {
  apiUrl?: string;
}

/** The API that was named, or the one of the stack that runs in this folder. @throws ApiUnreachable when there is neither */
export function findApi({ apiUrl }: ApiOptions): ApiClient {
  const { settings } = loadSettings({ env: process.env, cwd: process.cwd() });
  const state = readState(process.cwd());
  const own = state?.api && isSupervised(state) ? { url: state.api.url, token: state.token } : undefined;
  const url = apiUrl ?? settings.api.url?.replace(/\/+$/, '');
  // The own stack's token goes to the own stack only, never to an address that somebody typed.
  if (url !== undefined && url !== own?.url) return new ApiClient({ url, token: settings.api.token });
  if (own) return new ApiClient(own);
  throw new ApiUnreachable(
    'No API is known here. Start one with `longhaul up`, or name one with --api-url or LONGHAUL_API_URL.',
  );
}
