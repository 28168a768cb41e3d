import { LonghaulError } from '../../../domain/kernel/errors';
import { artifactRead as spec } from '../../../domain/tools/outside';
import type { Tool } from '../tool';

const CHARS_DEFAULT = 16_000;

/** Through the context, which knows the tenant: a reference of another tenant does not exist here. */
export const artifactRead: Tool = {
  ...spec,
  execute: async ({ ref, offset = 0, maxChars = CHARS_DEFAULT }, { readArtifact }) => {
    try {
      const { mime, text } = await readArtifact(String(ref));
      const from = Number(offset);
      return { ok: true, value: { mime, totalChars: text.length, text: text.slice(from, from + Number(maxChars)) } };
    } catch (error) {
      if (!LonghaulError.is(error) || error.code !== 'NotFound') throw error;
      return { ok: false, error: error.message };
    }
  },
};
