import { objectSchema } from './skill';
import type { ToolSpec } from './tool';

/** Built-in skills that look at something outside; they are executed in `adapters/tools`. */
export const httpGet: ToolSpec = {
  name: 'http_get',
  description:
    'Reads a web address (GET). Only hosts that the operator of this installation has allowed; text or JSON of at most 1 MiB; no redirects.',
  parameters: objectSchema(
    { url: { type: 'string', minLength: 1, maxLength: 2_048, description: 'http:// or https://' } },
    ['url'],
  ),
  sideEffects: false,
  pure: false,
};

export const artifactRead: ToolSpec = {
  name: 'artifact_read',
  description: 'Reads an artifact of this installation by its reference, in parts when it is long.',
  parameters: objectSchema(
    {
      ref: {
        type: 'string',
        minLength: 36,
        maxLength: 36,
        description: 'A reference such as 01938f3a-7c00-7000-8000-0123456789ab.',
      },
      offset: { type: 'integer', minimum: 0, description: 'First character; 0 when absent.' },
      maxChars: {
        type: 'integer',
        minimum: 1,
        maximum: 32_000,
        description: 'How many characters; 16,000 when absent.',
      },
    },
    ['ref'],
  ),
  sideEffects: false,
  pure: false,
};
