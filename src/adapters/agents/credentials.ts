import { LonghaulError } from '../../domain/kernel/errors';

/** What agents behind HTTP are sent. Requests name its name; what it is, only the environment of the worker knows. */
export interface AgentCredential {
  name: string;
  /** Such as `Bearer ${SHOP_TOKEN}`. */
  authorization: string;
}

export interface OpenCredential {
  /** As it is sent. */
  authorization: string;
  /** Must not come back in an answer or an error. */
  secret: string;
}

/** With more than visible characters in it no request would be made, and with fewer than these it is no secret. */
const USABLE = /^[\x21-\x7e]{8,4096}$/;

/** @throws LonghaulError InvalidConfiguration when a variable is not set, or cannot be sent */
export function openCredentials(
  declared: readonly AgentCredential[],
  env: NodeJS.ProcessEnv,
): ReadonlyMap<string, OpenCredential> {
  return new Map(declared.map((credential) => [credential.name, opened(credential, env)]));
}

function opened({ name, authorization }: AgentCredential, env: NodeJS.ProcessEnv): OpenCredential {
  let secret = '';
  const filled = authorization.replace(/\$\{(\w+)\}/, (_, variable: string) => {
    secret = env[variable] ?? '';
    if (USABLE.test(secret)) return secret;
    const what = secret === '' ? 'is not set' : 'is not 8 to 4096 visible characters without blanks';
    const detail = `runners.credentials has "${name}", but the environment variable ${variable} ${what}.`;
    throw new LonghaulError('InvalidConfiguration', { detail });
  });
  return { authorization: filled, secret };
}
