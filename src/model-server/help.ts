import { FAULTS, parametersOf, type FaultKind } from './faults/catalogue';
import { SELECTORS } from './faults/spec';
import { LATENCY_USAGE } from './latency';
import { MODELS } from './models';
import { LIMIT_USAGE, WAIT_FORMS } from './rate-limit';

/** Made from the tables, so that it cannot forget a fault or a model. */
export function helpText(): string {
  return `Usage: model-server [flags]

A scripted provider that speaks the OpenAI and the Anthropic wire format. Answers are a function of model, seed and request.

  --host ADDRESS   address to listen on (127.0.0.1)
  --port N         0 takes a free one (0)
  --log FILE       the book: one JSON line per request, appended (.longhaul/model-server.jsonl)
  --seed N         changes all answers, latencies and fault draws (1)
  --latency SPEC   ${LATENCY_USAGE.join(' | ')} (fixed:0)
  --batch-ms N     a batch takes this long before its first answer (0)
  --fault SPEC     KIND[:key=value,…], repeatable; the header x-longhaul-fault does it for one request
  --rpm N          accept at most N requests in any 60 s
  --limit SPEC     ${LIMIT_USAGE}, repeatable; UNIT is requests, tokens, input-tokens or output-tokens
  --retry-after F  how a 429 names the wait: ${WAIT_FORMS.join(', ')} (both)
  --idempotency    a request with the Idempotency-Key of an accepted one is answered from the store, and not billed (off)
  --keep-responses SECONDS  how long an ended response can be read (86400)

Models:
${table(MODELS.map((model) => [model.id, model.description]))}

Faults:
${table(faultRows())}

Keys of every fault:
${table(Object.entries(SELECTORS))}
`;
}

function faultRows(): Array<[string, string]> {
  return (Object.keys(FAULTS) as FaultKind[]).flatMap((kind) => [
    [kind, FAULTS[kind].description],
    ...Object.entries(parametersOf(kind)).map(([key, meaning]): [string, string] => [`  ${key}=`, meaning]),
  ]);
}

function table(rows: ReadonlyArray<readonly [string, string]>): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, meaning]) => `  ${name.padEnd(width)}  ${meaning}`).join('\n');
}
