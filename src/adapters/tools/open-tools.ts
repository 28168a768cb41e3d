import { LonghaulError } from '../../domain/kernel/errors';
import { builtInTools } from './built-in';
import { AllowedHosts } from './http/allowed-hosts';
import { loadPlugIns } from './plug-ins/load-folder';
import { type Tool, type ToolRegistry, toolRegistry } from './tool';

export interface ToolSettings {
  /** Folder of the plug-ins; none when absent. */
  folder?: string | undefined;
  /** Hosts that tools may reach, with commas in between. */
  httpAllow: string;
}

/**
 * Every tool of this installation: the built-in ones, then the plug-ins. To be called once when a process starts.
 * @throws LonghaulError InvalidConfiguration | UnusableFile
 */
export function openTools(
  { folder, httpAllow }: ToolSettings,
  env: NodeJS.ProcessEnv,
  schemaProblem: (schema: Record<string, unknown>) => string | undefined,
): ToolRegistry {
  const allowed = new AllowedHosts(httpAllow);
  const plugIns = folder === undefined ? [] : loadPlugIns(folder, { allowed, env, schemaProblem });
  const all = [...builtInTools(allowed), ...plugIns];
  refuseTwins(all);
  return toolRegistry(all);
}

/** Whichever won, somebody would wonder why; and a plug-in must not take the place of a skill that graphs rely on. */
function refuseTwins(tools: readonly Tool[]): void {
  const seen = new Set<string>();
  for (const { name } of tools) {
    if (seen.has(name))
      throw new LonghaulError('InvalidConfiguration', {
        detail: `two tools are named "${name}". Rename the plug-in in tools.folder.`,
      });
    seen.add(name);
  }
}
