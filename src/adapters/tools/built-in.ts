import { PURE_SKILLS } from '../../domain/tools/built-in';
import type { AllowedHosts } from './http/allowed-hosts';
import { artifactRead } from './skills/artifact-read';
import { httpGet } from './skills/http-get';
import { type Tool, type ToolRegistry, toolRegistry } from './tool';

/** The skills that are functions of their arguments: all that the fast lane executes. */
export function pureTools(): ToolRegistry {
  return toolRegistry(pureSkills());
}

export function builtInTools(allowed: AllowedHosts): Tool[] {
  return [...pureSkills(), httpGet(allowed), artifactRead];
}

function pureSkills(): Tool[] {
  return PURE_SKILLS.map(({ spec, run }) => ({ ...spec, execute: (args) => Promise.resolve(run(args)) }));
}
