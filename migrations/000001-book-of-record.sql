-- Up Migration
-- The book of record: definitions, runs and their read model, ledger, call results, artifact headers, outbox.
-- Money is bigint micro-USD. Every lookup is by tenant. Times are the database's clock, never a process's.

CREATE TABLE graph (
  id          uuid PRIMARY KEY,
  tenant_id   text NOT NULL,
  name        text NOT NULL,
  version     integer NOT NULL CHECK (version > 0),
  sha256      text NOT NULL,
  definition  jsonb NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, name, version)
);

CREATE TABLE idempotency (
  tenant_id   text NOT NULL,
  route       text NOT NULL,
  key         text NOT NULL,
  fingerprint text NOT NULL,
  status      integer NOT NULL,  -- written in the transaction that creates: a request that died left nothing
  answer      jsonb NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, route, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

CREATE TABLE run (
  id             uuid PRIMARY KEY,
  tenant_id      text NOT NULL,
  kind           text NOT NULL CHECK (kind IN ('agent-run')),
  name           text NOT NULL,
  graph_id       uuid REFERENCES graph (id),
  parameters     jsonb NOT NULL DEFAULT '{}',
  workflow_id    text NOT NULL UNIQUE,
  -- launch says whether Temporal knows the run (accepted → started → closed); status is what people see
  launch         text NOT NULL DEFAULT 'accepted' CHECK (launch IN ('accepted', 'started', 'closed')),
  status         text NOT NULL DEFAULT 'pending'
                 CHECK (status IN ('pending', 'running', 'completed', 'partially_completed', 'failed', 'cancelled')),
  reason_code    text,
  reason         text,
  progress_seq   bigint NOT NULL DEFAULT 0,
  event_seq      bigint NOT NULL DEFAULT 0,
  parent_run_id  uuid REFERENCES run (id),
  fork_tick      integer,
  created_at     timestamptz NOT NULL DEFAULT now(),
  started_at     timestamptz,
  completed_at   timestamptz
);
CREATE INDEX run_by_tenant ON run (tenant_id, id DESC);
CREATE INDEX run_open ON run (created_at, id) WHERE launch <> 'closed';

CREATE TABLE run_node (
  run_id              uuid NOT NULL REFERENCES run (id),
  tenant_id           text NOT NULL,
  name                text NOT NULL,
  position            integer NOT NULL,
  status              text NOT NULL DEFAULT 'pending'
                      CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled', 'rate_limited', 'budget_exceeded')),
  reason_code         text,
  reason              text,
  calls               integer NOT NULL DEFAULT 0,
  model_failures      integer NOT NULL DEFAULT 0,   -- attempts the model failed; waits and crashes do not count
  input_tokens        bigint NOT NULL DEFAULT 0,
  output_tokens       bigint NOT NULL DEFAULT 0,
  cost_micro_usd      bigint NOT NULL DEFAULT 0,
  model               text,
  waiting_since       timestamptz,                  -- first moment of the present wait for limiter or budget
  next_try_at         timestamptz,
  started_at          timestamptz,
  completed_at        timestamptz,
  output_ref          uuid,
  reused_from_run_id  uuid,
  PRIMARY KEY (run_id, name)
);

CREATE TABLE run_event (
  run_id     uuid NOT NULL REFERENCES run (id),
  seq        bigint NOT NULL,
  tenant_id  text NOT NULL,
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  type       text NOT NULL,
  node       text,
  data       jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (run_id, seq)
);
CREATE INDEX run_event_newest ON run_event (tenant_id, at DESC);

-- Budgets: levels are rows. The CHECK is the backstop; the gate is reserve(). An overrun (a provider billed above its
-- worst case) is money that is already gone: it widens the row and is alarmed, it is never dropped.
CREATE TABLE budget (
  id         text PRIMARY KEY,
  tenant_id  text NOT NULL,
  parent_id  text REFERENCES budget (id),
  run_id     uuid REFERENCES run (id),
  limit_micro_usd    bigint NOT NULL CHECK (limit_micro_usd >= 0),
  settled_micro_usd  bigint NOT NULL DEFAULT 0 CHECK (settled_micro_usd >= 0),
  reserved_micro_usd bigint NOT NULL DEFAULT 0 CHECK (reserved_micro_usd >= 0),
  unknown_micro_usd  bigint NOT NULL DEFAULT 0 CHECK (unknown_micro_usd >= 0),
  overrun_micro_usd  bigint NOT NULL DEFAULT 0 CHECK (overrun_micro_usd >= 0),
  CHECK (settled_micro_usd + reserved_micro_usd + unknown_micro_usd <= limit_micro_usd + overrun_micro_usd)
);
CREATE INDEX budget_by_run ON budget (run_id);

-- Who waits for room, in order of arrival: one ticket per call, one row per level that binds it. Room for the estimates
-- of older waiters is kept free, so a large call is not starved by small ones, and ten waiters can be admitted in any
-- order of asking when there is room for ten. A waiter that stops asking expires, so a dead one blocks nobody for long.
CREATE SEQUENCE waiter_ticket;
CREATE TABLE budget_waiter (
  budget_id           text NOT NULL REFERENCES budget (id),
  call_key            text NOT NULL,
  ticket              bigint NOT NULL,
  estimate_micro_usd  bigint NOT NULL CHECK (estimate_micro_usd >= 0),
  expires_at          timestamptz NOT NULL,
  PRIMARY KEY (budget_id, call_key)
);
CREATE INDEX budget_waiter_by_call ON budget_waiter (call_key);
CREATE INDEX budget_waiter_age ON budget_waiter (expires_at);

CREATE SEQUENCE attempt_epoch;

-- reserved → sent → settled | void | unknown; unknown → settled | void by reconciliation or a late answer.
CREATE TABLE attempt (
  call_key            text NOT NULL,
  n                   integer NOT NULL CHECK (n > 0),
  tenant_id           text NOT NULL,
  run_id              uuid REFERENCES run (id),
  node                text,
  state               text NOT NULL CHECK (state IN ('reserved', 'sent', 'settled', 'void', 'unknown')),
  owner               text NOT NULL,
  epoch               bigint NOT NULL,
  reserve_token       uuid NOT NULL,   -- the request that reserved it: asking again after a lost reply finds it
  lease_until         timestamptz NOT NULL,
  provider            text NOT NULL,
  model               text NOT NULL,
  price_version       text NOT NULL,
  request_hash        text NOT NULL,
  estimate_micro_usd  bigint NOT NULL CHECK (estimate_micro_usd >= 0),
  actual_micro_usd    bigint,
  input_tokens        bigint,
  output_tokens       bigint,
  provider_request_id text,
  failure_class       text,
  failure             text,
  late                boolean NOT NULL DEFAULT false,
  reserved_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  sent_at             timestamptz,
  sent_epoch          bigint,          -- who sent it: only that process can bring a late answer
  closed_at           timestamptz,
  PRIMARY KEY (call_key, n),
  CHECK (state IN ('reserved', 'void') OR sent_at IS NOT NULL),
  CHECK (state <> 'settled' OR actual_micro_usd IS NOT NULL),
  CHECK ((state IN ('reserved', 'sent')) = (closed_at IS NULL))
);
-- The backstop of "nobody else repeats a call that is under way": reserve() is the gate.
CREATE UNIQUE INDEX attempt_one_open ON attempt (call_key) WHERE state IN ('reserved', 'sent');
CREATE INDEX attempt_open ON attempt (lease_until) WHERE state IN ('reserved', 'sent');
CREATE INDEX attempt_by_owner ON attempt (owner) WHERE state IN ('reserved', 'sent');
CREATE INDEX attempt_unknown ON attempt (closed_at) WHERE state = 'unknown';
CREATE INDEX attempt_by_run ON attempt (run_id);
CREATE INDEX attempt_by_tenant ON attempt (tenant_id, state);

-- For operators: spend that nobody can name yet, held at its maximum until `reconcile` or a late answer.
CREATE VIEW unknown_attempt AS
  SELECT tenant_id, call_key, n, call_key || '#' || n AS attempt_key, run_id, node, provider, model, provider_request_id,
         estimate_micro_usd AS held_micro_usd, failure_class, sent_at, closed_at AS unknown_since
  FROM attempt WHERE state = 'unknown';

CREATE TABLE reservation (
  call_key            text NOT NULL,
  n                   integer NOT NULL,
  budget_id           text NOT NULL REFERENCES budget (id),
  estimate_micro_usd  bigint NOT NULL,
  PRIMARY KEY (call_key, n, budget_id),
  FOREIGN KEY (call_key, n) REFERENCES attempt (call_key, n)
);

CREATE TABLE call_result (
  call_key        text PRIMARY KEY,
  tenant_id       text NOT NULL,
  run_id          uuid REFERENCES run (id),
  node            text,
  n               integer NOT NULL,
  artifact_ref    uuid NOT NULL,
  request_hash    text NOT NULL,
  model           text NOT NULL,
  finish_reason   text NOT NULL,
  input_tokens    bigint NOT NULL,
  output_tokens   bigint NOT NULL,
  cost_micro_usd  bigint NOT NULL,
  shared_from     text,
  created_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX call_result_by_run ON call_result (run_id);

-- Append-only double entry. The entries of one posting sum to zero; `funds` is the other side of every account.
CREATE TABLE ledger_entry (
  id          bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  posting     uuid NOT NULL,
  tenant_id   text NOT NULL,
  call_key    text NOT NULL,
  n           integer NOT NULL,
  account     text NOT NULL CHECK (account IN ('known', 'unknown', 'overrun', 'funds')),
  amount_micro_usd bigint NOT NULL,
  at          timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ledger_entry_by_attempt ON ledger_entry (call_key, n);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: post a correcting entry instead', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE artifact (
  ref             uuid PRIMARY KEY,
  tenant_id       text NOT NULL,
  session_id      text NOT NULL,
  branch_id       text NOT NULL DEFAULT 'main',
  step_idx        integer NOT NULL,
  episode_id      text,
  group_id        text,
  parent_refs     uuid[] NOT NULL DEFAULT '{}',
  type            text NOT NULL CHECK (type IN ('state', 'tool_call', 'tool_result', 'evaluation', 'policy_decision',
                    'metrics', 'ledger_event', 'narrative', 'decision', 'snapshot')),
  agent_id        text,
  mime            text NOT NULL,
  ts              timestamptz NOT NULL DEFAULT clock_timestamp(),
  model           text,
  cost_micro_usd  bigint,
  input_tokens    bigint,
  output_tokens   bigint,
  latency_ms      integer,
  score           double precision,
  reward          double precision,
  tags            text[] NOT NULL DEFAULT '{}',
  meta            jsonb NOT NULL DEFAULT '{}',
  driver          text NOT NULL,
  sha256          text NOT NULL,
  bytes           bigint NOT NULL,      -- as stored (gzip above 2 KiB)
  raw_bytes       bigint NOT NULL,
  evaluator_id    text,
  judge_version   text,
  idempotency_key text,
  UNIQUE (tenant_id, session_id, branch_id, step_idx),
  UNIQUE (idempotency_key, tenant_id)   -- the key first: see publish
);
CREATE INDEX artifact_newest ON artifact (tenant_id, ts DESC, ref DESC);
CREATE INDEX artifact_newest_of_session ON artifact (tenant_id, session_id, ts DESC, ref DESC);
CREATE INDEX artifact_tags ON artifact USING gin (tags);
CREATE INDEX artifact_by_digest ON artifact (sha256);

-- Payloads small enough to be written by the transaction that names them; larger ones lie outside, see artifact.driver.
CREATE TABLE payload (
  sha256   bytea NOT NULL,       -- of the raw bytes: equal payloads are one row
  bytes    integer NOT NULL,     -- as stored: what another version of zlib makes of the same bytes is another row
  content  bytea NOT NULL,
  PRIMARY KEY (sha256, bytes)
);
ALTER TABLE payload ALTER content SET STORAGE EXTERNAL;  -- compressing again gains nothing

CREATE TABLE artifact_branch (
  tenant_id   text NOT NULL,
  session_id  text NOT NULL,
  branch_id   text NOT NULL,
  next_step   integer NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, session_id, branch_id)
);

CREATE TABLE outbox (
  id            bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  tenant_id     text NOT NULL,
  stream        text NOT NULL CHECK (stream IN ('artifact', 'run-event')),
  topic         text NOT NULL,
  payload       jsonb NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  published_at  timestamptz
);
CREATE INDEX outbox_unpublished ON outbox (stream, id) WHERE published_at IS NULL;
CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;

-- Down Migration
DROP VIEW unknown_attempt;
DROP TABLE outbox, artifact_branch, payload, artifact, ledger_entry, call_result, reservation, attempt, budget_waiter, budget,
  run_event, run_node, run, idempotency, graph;
DROP FUNCTION refuse_change;
DROP SEQUENCE attempt_epoch, waiter_ticket;
