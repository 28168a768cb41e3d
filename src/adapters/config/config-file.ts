import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LonghaulError } from '../../domain/kernel/errors';
import { parse } from 'yaml';

/** The first that exists is read; the other is not looked at. */
const NAMES = ['longhaul.yaml', 'config/config.json'];

export interface ConfigFile {
  name: string;
  content: Record<string, unknown>;
}

/** @throws LonghaulError InvalidConfiguration when it cannot be read as one mapping of settings. */
export function readConfigFile(cwd: string): ConfigFile | undefined {
  const name = NAMES.find((candidate) => existsSync(join(cwd, candidate)));
  if (name === undefined) return undefined;
  const content = parsed(name, readFileSync(join(cwd, name), 'utf8'));
  if (content === null) return undefined; // an empty file, or one with comments only
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new LonghaulError('InvalidConfiguration', {
      detail: `${name} must be a mapping of settings, such as "api:" with "port: 8080" below it.`,
    });
  }
  return { name, content: content as Record<string, unknown> };
}

/** YAML contains JSON, but a JSON file gets JSON's own messages. */
function parsed(name: string, text: string): unknown {
  try {
    return name.endsWith('.json') ? JSON.parse(text) : parse(text);
  } catch (error) {
    throw new LonghaulError('InvalidConfiguration', { detail: `${name} cannot be read: ${(error as Error).message}` });
  }
}
