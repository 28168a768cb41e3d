import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import type { RequestHandler } from 'express';

interface Operation {
  responses: Record<string, { content?: Record<string, unknown> }>;
}

export interface OpenApiDocument {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
}

const ID = 'openapi.json';

/** Compiles any schema of the document by its JSON pointer, as JSON Schema 2020-12, the dialect of OpenAPI 3.1. */
export function schemasOf(document: OpenApiDocument): (pointer: readonly string[]) => ValidateFunction {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ ...document, $id: ID });
  return (pointer) => {
    const reference = pointer
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    return ajv.compile({ $ref: `${ID}#/${reference}` });
  };
}

/**
 * Stands before the API in its tests and compares every answer with the document: an undocumented status, another
 * content type or a body that does not match its schema is a violation.
 */
export function contractCheck(document: OpenApiDocument): { middleware: RequestHandler; violations: string[] } {
  const schemaAt = schemasOf(document);
  const compiled = new Map<string, ValidateFunction>();
  const violations: string[] = [];
  const operations = Object.entries(document.paths).map(([path, methods]) => ({
    path,
    methods,
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}/?$`),
  }));
  const check = (method: string, url: string, status: number, type: string, body: string): void => {
    const found = operations.find(
      ({ pattern, methods }) => pattern.test(url.split('?', 1)[0]!) && methods[method] !== undefined,
    );
    if (found === undefined) return;
    const where = `${method} ${url.slice(0, 200)} → ${status} ${type}`;
    const reply = found.methods[method]!.responses[String(status)];
    if (reply === undefined) return void violations.push(`${where}: the status is not documented`);
    const media = type.split(';', 1)[0]!;
    if (reply.content === undefined) return void (body !== '' && violations.push(`${where}: a body is not documented`));
    if (url.includes('raw=1') && status === 200) return;
    if (reply.content[media] === undefined) return void violations.push(`${where}: the content type is not documented`);
    if (media === 'text/event-stream') return; // no JSON document, and not handed over as one
    const pointer = ['paths', found.path, method, 'responses', String(status), 'content', media, 'schema'];
    const validate = compiled.get(pointer.join()) ?? schemaAt(pointer);
    compiled.set(pointer.join(), validate);
    const isJson = /^application\/(problem\+)?json$/.test(media);
    if (!validate(isJson ? JSON.parse(body) : body))
      violations.push(`${where}: ${JSON.stringify(validate.errors?.slice(0, 3))} in ${body.slice(0, 500)}`);
  };
  const middleware: RequestHandler = (req, res, next) => {
    const { method, url } = req;
    const end = res.end.bind(res) as (...parts: unknown[]) => typeof res;
    res.end = ((...parts: unknown[]) => {
      const [chunk] = parts;
      const body =
        typeof chunk === 'string' ? chunk : chunk instanceof Uint8Array ? Buffer.from(chunk).toString('utf8') : '';
      if (method === 'GET' || method === 'POST')
        check(method.toLowerCase(), url, res.statusCode, String(res.getHeader('content-type') ?? ''), body);
      return end(...parts);
    }) as typeof res.end;
    next();
  };
  return { middleware, violations };
}
