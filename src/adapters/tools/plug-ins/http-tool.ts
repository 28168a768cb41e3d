import { LonghaulError } from '../../../domain/kernel/errors';
import type { ToolOutcome } from '../../../domain/tools/tool';
import { answerOutcome } from '../http/answer-value';
import type { AllowedHosts } from '../http/allowed-hosts';
import { type GuardedRequest, guardedRequest } from '../http/guarded-request';
import type { Tool, ToolContext } from '../tool';
import type { HttpToolDeclaration } from './declaration';

export interface HttpToolSurroundings {
  allowed: AllowedHosts;
  /** Where `${NAME}` of a header is looked up. */
  env: NodeJS.ProcessEnv;
}

const PLACEHOLDER = /\{(\w+)\}/g;
/** A shorter value would be struck out of every second word of an answer. */
const SECRET_CHARS_MIN = 6;

/** A web service as a tool. @throws LonghaulError UnusableFile when a header names a variable that is not set */
export function httpTool(declaration: HttpToolDeclaration, file: string, around: HttpToolSurroundings): Tool {
  const { name, description, parameters, method, idempotent, sideEffects = method !== 'GET' } = declaration;
  const secrets: string[] = [];
  const headers = Object.fromEntries(
    Object.entries(declaration.headers).map(([header, text]) => [header, filled(text, file, around.env, secrets)]),
  );
  return {
    ...{ name, description, parameters, sideEffects, idempotent, pure: false },
    execute: async (args, context) => {
      if (leavesItsPath(declaration.url, filledUrl(declaration, args)))
        return { ok: false, error: 'Not executed: an argument of the path is empty, "." or "..".' };
      const request = requestOf(declaration, headers, args, context);
      const answer = await guardedRequest(around.allowed, request);
      if ('status' in answer) return withoutSecrets(answerOutcome(answer), secrets);
      // Whether it acted is not known: the call is repeated or given up by whoever knows if it may be repeated.
      if (answer.sent && sideEffects) throw new LonghaulError('ToolBroken', { tool: name, detail: answer.problem });
      return { ok: false, error: `Not executed: ${answer.problem}.` };
    },
  };
}

function filled(text: string, file: string, env: NodeJS.ProcessEnv, secrets: string[]): string {
  return text.replace(/\$\{(\w+)\}/g, (_, variable: string) => {
    const value = env[variable];
    if (value === undefined || value === '')
      throw new LonghaulError('UnusableFile', { file, detail: `the environment variable ${variable} is not set` });
    if (value.length >= SECRET_CHARS_MIN) secrets.push(value);
    return value;
  });
}

function requestOf(
  declaration: HttpToolDeclaration,
  headers: Record<string, string>,
  args: Record<string, unknown>,
  { idempotencyKey, signal }: ToolContext,
): GuardedRequest {
  const { url: template, method } = declaration;
  const inPath = new Set([...template.matchAll(PLACEHOLDER)].map(([, name]) => name!));
  const url = filledUrl(declaration, args);
  const rest = Object.entries(args).filter(([name]) => !inPath.has(name));
  const sent = { ...headers, 'idempotency-key': idempotencyKey };
  if (method === 'GET' || method === 'DELETE') return { method, url: withQuery(url, rest), headers: sent, signal };
  const body = JSON.stringify(Object.fromEntries(rest));
  return { method, url, headers: { 'content-type': 'application/json', ...sent }, body, signal };
}

function filledUrl({ url }: HttpToolDeclaration, args: Record<string, unknown>): string {
  return url.replace(PLACEHOLDER, (_, name: string) => encodeURIComponent(textOf(args[name])));
}

/**
 * A segment that is empty, "." or ".." makes another address of it: `DELETE /items/{id}` would delete all of them. URL
 * parsers take "%2e" as a dot, too.
 */
function leavesItsPath(template: string, filled: string): boolean {
  const segments = pathOf(filled).map((segment) => segment.replaceAll(/%2e/gi, '.'));
  return pathOf(template).some((segment, at) => segment.includes('{') && ['', '.', '..'].includes(segments[at] ?? ''));
}

function pathOf(url: string): string[] {
  return url.split(/[?#]/)[0]!.split('/');
}

function withQuery(url: string, args: readonly [string, unknown][]): string {
  if (args.length === 0 || !URL.canParse(url)) return url;
  const whole = new URL(url);
  for (const [name, value] of args) whole.searchParams.set(name, textOf(value));
  return whole.href;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** A service that repeats what it was sent must not bring the credential into a prompt and an artifact. */
function withoutSecrets(outcome: ToolOutcome, secrets: readonly string[]): ToolOutcome {
  if (secrets.length === 0) return outcome;
  const text = secrets.reduce(
    (cleaned, secret) => cleaned.replaceAll(jsonText(secret), '***'),
    JSON.stringify(outcome),
  );
  return JSON.parse(text) as ToolOutcome;
}

function jsonText(secret: string): string {
  return JSON.stringify(secret).slice(1, -1);
}
