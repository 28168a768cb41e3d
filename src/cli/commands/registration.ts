import type { Command } from 'commander';
import { PAGE_LIMITS } from '../../contracts/api.schema';
import type { ApiClient } from '../../client/api-client';
import { findApi, type ApiOptions } from '../http/find-api';
import { Console } from '../view/console';
import { httpUrl, integerBetween } from './option-values';

/** Adds one command (with its subcommands) to the program. */
export type Registration = (program: Command) => void;

export interface CommonOptions extends ApiOptions {
  json?: boolean;
}

export interface PageOptions {
  limit: number;
  cursor?: string;
}

export interface Context {
  api: ApiClient;
  console: Console;
}

/** What every command that asks the API has. */
export function apiCommand(parent: Command, usage: string, description: string): Command {
  return jsonCommand(parent, usage, description).option(
    '--api-url <url>',
    'address of the API; by default LONGHAUL_API_URL, then the stack that runs in this folder',
    httpUrl,
  );
}

/** What every command that answers with a page of a list has. */
export function pageCommand(parent: Command, usage: string, description: string): Command {
  return apiCommand(parent, usage, description)
    .option('--limit <n>', `how many, at most ${PAGE_LIMITS.itemsMax}`, integerBetween(1, PAGE_LIMITS.itemsMax), 20)
    .option('--cursor <cursor>', 'go on where the page before ended');
}

export function jsonCommand(parent: Command, usage: string, description: string): Command {
  return parent.command(usage).description(description).option('--json', 'answer as JSON on stdout', false);
}

export function contextOf(options: CommonOptions): Context {
  return { api: findApi(options), console: consoleOf(options) };
}

export function consoleOf({ json }: CommonOptions): Console {
  return new Console(json === true);
}
