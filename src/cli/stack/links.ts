import type { StackState } from '../../adapters/embedded';
import { present } from '../../domain/kernel/assert';

export interface Links {
  api: string;
  docs: string;
  temporalUi: string | undefined;
}

export function linksOf({ api, services }: StackState): Links {
  const url = present(api, 'a stack that is up has an API').url;
  return { api: url, docs: `${url}/docs`, temporalUi: services.temporal?.uiUrl };
}

export function linkLines({ api, docs, temporalUi }: Links): string[] {
  return [
    `API              ${api}`,
    `API docs         ${docs}`,
    `Temporal Web UI  ${temporalUi ?? '(your own server’s)'}`,
  ];
}
