import type { ToolOutcome, ToolSpec } from '../../domain/tools/tool';

/** What a tool may use besides its arguments. */
export interface ToolContext {
  tenant: string;
  runId: string;
  node: string;
  /** The same for every try of this call: what the tool talks to can recognise a repetition by it. */
  idempotencyKey: string;
  /** Aborted when the run is cancelled or the tool takes too long. */
  signal: AbortSignal;
  /** @throws LonghaulError NotFound for an artifact of another tenant too */
  readArtifact(ref: string): Promise<{ mime: string; text: string }>;
}

export interface Tool extends ToolSpec {
  /** It has side effects, but recognises a repetition by its idempotency key: it may be repeated when nobody knows how it ended. */
  idempotent?: boolean;
  /** Of a plug-in: digest of its file. Results of another revision are not shared. */
  revision?: string;
  /** The arguments match `parameters`. What is wrong is an outcome; a throw means that nobody knows how it ended. */
  execute(args: Record<string, unknown>, context: ToolContext): Promise<ToolOutcome>;
}

/** The tools of this installation. */
export interface ToolRegistry {
  readonly all: readonly Tool[];
  find(name: string): Tool | undefined;
}

export function toolRegistry(all: readonly Tool[]): ToolRegistry {
  const byName = new Map(all.map((tool) => [tool.name, tool]));
  return { all, find: (name) => byName.get(name) };
}
