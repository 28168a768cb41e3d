import { raw, type Request, type RequestHandler } from 'express';
import { parse as parseYaml, YAMLError } from 'yaml';
import { LonghaulError } from '../../domain/kernel/errors';
import type { BodyFormat } from '../route';

const FORMAT_BY_TYPE: Readonly<Record<string, BodyFormat>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/x-yaml': 'yaml',
  'text/yaml': 'yaml',
  'application/x-ndjson': 'ndjson',
};

export const TYPE_OF_FORMAT: Readonly<Record<BodyFormat, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  ndjson: 'application/x-ndjson',
};

/** A definition may name one block and use it again, but not multiply itself (billion laughs). */
const YAML_ALIASES_MAX = 100;

/** Refuses the wrong content type before a byte of the body is read, then reads at most `limitBytes` of it. */
export function readBody(formats: readonly BodyFormat[], limitBytes: number): RequestHandler[] {
  const checkType: RequestHandler = (req, _res, next) => {
    formatOf(req, formats);
    next();
  };
  return [checkType, raw({ type: () => true, limit: limitBytes })];
}

/** @throws LonghaulError MalformedBody */
export function parseBody(req: Request, formats: readonly BodyFormat[]): unknown {
  const format = formatOf(req, formats);
  const bytes: unknown = req.body;
  const text = decode(Buffer.isBuffer(bytes) ? bytes : Buffer.alloc(0));
  if (format === 'yaml') return yaml(text);
  if (format === 'ndjson') return { records: lines(text) };
  return json(text, '');
}

/** @throws LonghaulError UnsupportedMediaType */
function formatOf(req: Request, formats: readonly BodyFormat[]): BodyFormat {
  const header = req.get('content-type') ?? '';
  const [type = '', ...parameters] = header
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const format = Object.hasOwn(FORMAT_BY_TYPE, type) ? FORMAT_BY_TYPE[type] : undefined;
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice('charset='.length)
    .replaceAll('"', '');
  if (
    format !== undefined &&
    formats.includes(format) &&
    (charset === undefined || charset === 'utf-8' || charset === 'utf8')
  )
    return format;
  const expected = formats.map((name) => TYPE_OF_FORMAT[name]).join(' or ');
  throw new LonghaulError('UnsupportedMediaType', {
    contentType: header.slice(0, 100) || '(none)',
    expected: `${expected} in UTF-8`,
  });
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new LonghaulError('MalformedBody', { format: 'UTF-8', detail: 'send text in UTF-8' }, [], { cause });
  }
}

function json(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const detail = `${where}${(cause as Error).message.slice(0, 200)}`;
    throw new LonghaulError('MalformedBody', { format: 'JSON', detail }, [], { cause });
  }
}

function lines(text: string): unknown[] {
  return text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [json(line, `line ${index + 1}: `)]));
}

function yaml(text: string): unknown {
  try {
    return parseYaml(text, { maxAliasCount: YAML_ALIASES_MAX, prettyErrors: true });
  } catch (cause) {
    const detail =
      cause instanceof YAMLError || cause instanceof ReferenceError
        ? cause.message.trim().slice(0, 300)
        : 'it cannot be read';
    throw new LonghaulError('MalformedBody', { format: 'YAML', detail }, [], { cause });
  }
}
