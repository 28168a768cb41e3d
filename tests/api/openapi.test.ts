import { ERRORS } from '../../src/domain/kernel/errors';
import { createApp } from '../../src/api/app';
import { startApi, type ApiUnderTest } from '../support/api';
import { schemasOf, type OpenApiDocument } from '../support/contract';

interface Media {
  schema: unknown;
  example?: unknown;
}
interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  security: unknown[];
  parameters?: { name: string; in: string; required: boolean }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { description: string; content?: Record<string, Media> }>;
}

let under: ApiUnderTest;
let document: OpenApiDocument;
let operations: { path: string; method: string; operation: Operation }[];
beforeAll(async () => {
  under = await startApi();
  document = (await under.stranger.get('/openapi.json').expect(200)).body;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method,
      operation: operation as unknown as Operation,
    })),
  );
});
afterAll(() => under.close());

describe('/openapi.json', () => {
  it('is OpenAPI 3.1 with everything that an operation must have', () => {
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Longhaul', version: expect.stringMatching(/^\d+\.\d+\.\d+/) },
    });
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
    for (const { path, operation } of operations) {
      expect(operation.summary).not.toBe('');
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(declared.map(({ name, required }) => [name, required])).toEqual(named.map((name) => [name, true]));
      expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true);
    }
  });

  it('resolves every reference, and every schema compiles', () => {
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g))
      expect(document.components.schemas).toHaveProperty(name!);
    const schemaAt = schemasOf(document);
    for (const name of Object.keys(document.components.schemas))
      expect(() => schemaAt(['components', 'schemas', name])).not.toThrow();
  });

  it('has an example for every JSON body and answer, and each is valid', () => {
    const schemaAt = schemasOf(document);
    for (const { path, method, operation } of operations) {
      const media = [
        ...Object.entries(operation.requestBody?.content ?? {}).map(([type, content]) => ({
          pointer: ['requestBody', 'content', type],
          type,
          content,
        })),
        ...Object.entries(operation.responses).flatMap(([status, reply]) =>
          Object.entries(reply.content ?? {}).map(([type, content]) => ({
            pointer: ['responses', status, 'content', type],
            type,
            content,
          })),
        ),
      ];
      for (const { pointer, type, content } of media.filter(
        ({ type: name }) => name.endsWith('json') && name !== 'application/x-ndjson',
      )) {
        const where = [method, path, ...pointer].join(' ');
        expect([where, content.example]).not.toEqual([where, undefined]);
        const validate = schemaAt(['paths', path, method, ...pointer, 'schema']);
        expect([where, type, validate(content.example), validate.errors]).toEqual([where, type, true, null]);
      }
    }
  });

  it('names every path and method that the router serves', () => {
    const served = routesOf(createApp(under.deps)).filter(
      ({ path }) => !path.startsWith('/docs') && path !== '/openapi.json',
    );
    const documented = operations.map(({ path, method }) => `${method} ${path}`);
    expect(served.length).toBeGreaterThan(15);
    expect(served.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`).sort()).toEqual(
      documented.sort(),
    );
  });

  it('asks for the token everywhere but at the probes', () => {
    const open = operations.filter(({ operation }) => operation.security.length === 0).map(({ path }) => path);
    expect(open).toEqual(['/livez', '/readyz']);
    for (const { path, operation } of operations.filter(({ path: name }) => !open.includes(name))) {
      expect([path, operation.responses['401']?.description]).toEqual([path, 'Unauthorized']);
    }
  });

  it('uses only codes of the error table', () => {
    const named = operations.flatMap(({ operation }) =>
      Object.values(operation.responses)
        .filter(({ content }) => content?.['application/problem+json'] !== undefined)
        .map(({ description }) => description.split(', ').filter((word) => /^[A-Z]\w+$/.test(word))),
    );
    for (const codes of named) {
      expect(codes).not.toEqual([]);
      for (const code of codes) expect(Object.keys(ERRORS)).toContain(code);
    }
  });
});

describe('/docs', () => {
  it('is a page of own files: nothing inline, nothing from elsewhere', async () => {
    const { text, headers } = await under.stranger.get('/docs').expect(200);
    expect(headers['content-security-policy']).toContain("script-src 'self'");
    expect(text).not.toMatch(/https?:\/\//);
    expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bon\w+=/);
    const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file!);
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) await under.stranger.get(file).expect(200);
    const initializer = await under.stranger.get('/docs/initializer.js').expect(200);
    expect(initializer.text).not.toMatch(/https?:\/\//);
    expect(initializer.text).toContain('validatorUrl: null');
  });

  it('serves no other file of its package', async () => {
    for (const file of ['package.json', 'index.html', '..%2fexpress%2fpackage.json'])
      await under.api.get(`/docs/${file}`).expect(404);
  });
});

interface Layer {
  route?: { path: string; methods: Record<string, boolean>; stack: { method?: string }[] };
  handle?: { stack?: Layer[] };
}

/** What Express itself knows, so that a route mounted past the list of routes is found, too. */
function routesOf(app: unknown): { method: string; path: string }[] {
  const visit = (layers: readonly Layer[]): { method: string; path: string }[] =>
    layers.flatMap(({ route, handle }) => {
      if (route === undefined) return visit(handle?.stack ?? []);
      const methods = new Set(route.stack.map(({ method }) => method).filter((method) => method !== undefined));
      return [...methods].map((method) => ({ method, path: route.path }));
    });
  return visit((app as { router: { stack: Layer[] } }).router.stack);
}
