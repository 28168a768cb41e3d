-- Up Migration
-- The functions that must be right under concurrency. Every one locks in one order, each step sorted:
--   call keys (advisory) → budgets by id → attempts by (call_key, n) → runs by id → run_node → branch counters → inserts.
-- A function may skip steps but never goes back. Whoever changes more than one run_node holds the run's row.
-- Client-sorted multi-row updates still deadlocked 18 of 100 times; locking the rows first: 0.
-- All of them are volatile and expect READ COMMITTED: each statement sees what was committed while it waited for a lock.
--
-- Two rules keep them quick, both measured per call on one connection without waits for the disk. PL/pgSQL, because it
-- keeps its plans, where a function in SQL that cannot be inlined is planned anew at each call (waiting_nodes 0.82 → 0.06 ms).
-- And index probes only (SET enable_…): plans are made while tables are empty, when reading a whole table looks as good as an
-- index; settle took 2.3 ms with 300 attempts stored and 3.1 ms with 2,000, now 1.5 ms with either.

-- Only reserve and expire open or disown attempts, and both (and reconcile) hold the call's key: between the lock and the end of the
-- transaction an open attempt can be closed by its owner, but no new one appears. Sorted by hash, which is what is locked.
CREATE FUNCTION lock_calls(keys text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE k bigint;
BEGIN
  FOR k IN SELECT DISTINCT hashtextextended(u, 0) FROM unnest(keys) u ORDER BY 1 LOOP PERFORM pg_advisory_xact_lock(k); END LOOP;
END $$;

CREATE FUNCTION budget_chain(start_ids text[]) RETURNS SETOF text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN QUERY
    WITH RECURSIVE chain AS (
      SELECT id, parent_id FROM budget WHERE id = ANY (start_ids)
      UNION
      SELECT b.id, b.parent_id FROM budget b JOIN chain c ON b.id = c.parent_id
    )
    SELECT id FROM chain;
END $$;

CREATE FUNCTION lock_budgets(ids text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM budget WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
END $$;

CREATE FUNCTION lock_runs(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM run WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
END $$;

-- Budgets and attempts of [{callKey, n}], in that order. The run rows follow, because every caller may write events.
-- The levels of an attempt can change only while it was never sent, under a new epoch: what is read here before the
-- locks stays true for its owner and for whoever sent it. Others hold the call's key first.
CREATE FUNCTION lock_attempts(p_keys jsonb) RETURNS void LANGUAGE plpgsql
SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $$
BEGIN
  PERFORM lock_budgets(ARRAY(
    SELECT DISTINCT r.budget_id FROM reservation r
    JOIN jsonb_to_recordset(p_keys) AS x("callKey" text, n integer) ON r.call_key = x."callKey" AND r.n = x.n));
  PERFORM 1 FROM attempt t JOIN jsonb_to_recordset(p_keys) AS x("callKey" text, n integer)
    ON t.call_key = x."callKey" AND t.n = x.n ORDER BY t.call_key, t.n FOR UPDATE OF t;
  PERFORM lock_runs(ARRAY(
    SELECT DISTINCT t.run_id FROM attempt t
    JOIN jsonb_to_recordset(p_keys) AS x("callKey" text, n integer) ON t.call_key = x."callKey" AND t.n = x.n));
END $$;

-- One posting: (account, amount) and its opposite in funds. Zero amounts are not written.
CREATE FUNCTION post_ledger(a attempt, p_account text, p_amount bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE p uuid := gen_random_uuid();
BEGIN
  IF p_amount = 0 THEN RETURN; END IF;
  INSERT INTO ledger_entry (posting, tenant_id, call_key, n, account, amount_micro_usd)
  VALUES (p, a.tenant_id, a.call_key, a.n, p_account, p_amount), (p, a.tenant_id, a.call_key, a.n, 'funds', -p_amount);
END $$;

-- p_events = [{type, node, data}], numbered without gaps in the order given; one outbox row each.
CREATE FUNCTION add_events(p_run uuid, p_events jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE last_seq bigint; t text; added integer := jsonb_array_length(p_events);
BEGIN
  IF added = 0 THEN RETURN; END IF;
  UPDATE run SET event_seq = event_seq + added WHERE id = p_run RETURNING event_seq, tenant_id INTO last_seq, t;
  IF NOT FOUND THEN RETURN; END IF;
  WITH e AS (
    INSERT INTO run_event (run_id, seq, tenant_id, type, node, data)
    SELECT p_run, last_seq - added + ord, t, j->>'type', j->>'node', coalesce(nullif(j->'data', 'null'), '{}')
    FROM jsonb_array_elements(p_events) WITH ORDINALITY x(j, ord)
    RETURNING *)
  INSERT INTO outbox (tenant_id, stream, topic, payload)
  SELECT t, 'run-event', 'run:' || p_run,
         jsonb_build_object('runId', p_run, 'seq', e.seq, 'at', e.at, 'type', e.type, 'node', e.node, 'data', e.data)
  FROM e ORDER BY e.seq;
END $$;

CREATE FUNCTION add_event(p_run uuid, p_type text, p_node text, p_data jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM add_events(p_run, jsonb_build_array(jsonb_build_object('type', p_type, 'node', p_node, 'data', p_data)));
END $$;

-- Gives an open attempt's estimate back to its budgets, or moves it to unknown. The budgets must be locked.
CREATE FUNCTION release_reservation(a attempt, p_to_unknown boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE budget b SET reserved_micro_usd = b.reserved_micro_usd - r.estimate_micro_usd,
                      unknown_micro_usd = b.unknown_micro_usd + CASE WHEN p_to_unknown THEN r.estimate_micro_usd ELSE 0 END
  FROM reservation r WHERE r.call_key = a.call_key AND r.n = a.n AND b.id = r.budget_id;
END $$;

-- Open attempts of these calls whose lease ended before p_cutoff, which their process no longer owns: never sent ⇒ void
-- (nothing can have been billed), sent ⇒ unknown at its maximum. The epoch grows, so that a zombie's late settle is
-- recognised. Calls, budgets and attempts must be locked.
CREATE FUNCTION disown_expired(p_keys text[], p_cutoff timestamptz) RETURNS TABLE (voided integer, unknown integer)
LANGUAGE plpgsql AS $$
DECLARE a attempt%ROWTYPE;
BEGIN
  voided := 0; unknown := 0;
  PERFORM lock_runs(ARRAY(SELECT DISTINCT t.run_id FROM attempt t
    WHERE t.call_key = ANY (p_keys) AND t.state = 'sent' AND t.lease_until < p_cutoff));
  FOR a IN SELECT * FROM attempt t WHERE t.call_key = ANY (p_keys) AND t.state IN ('reserved', 'sent') AND t.lease_until < p_cutoff
           ORDER BY t.call_key, t.n LOOP
    PERFORM release_reservation(a, a.state = 'sent');
    UPDATE attempt t SET state = CASE WHEN a.state = 'sent' THEN 'unknown' ELSE 'void' END, epoch = nextval('attempt_epoch'),
           failure_class = 'lost', failure = 'lease expired', closed_at = clock_timestamp()
    WHERE t.call_key = a.call_key AND t.n = a.n;
    IF a.state = 'sent' THEN
      unknown := unknown + 1;
      PERFORM post_ledger(a, 'unknown', a.estimate_micro_usd);
      IF a.run_id IS NOT NULL THEN
        PERFORM add_event(a.run_id, 'attempt-lost', a.node, jsonb_build_object('attempt', a.call_key || '#' || a.n, 'heldMicroUsd', a.estimate_micro_usd));
      END IF;
    ELSE
      voided := voided + 1;
    END IF;
  END LOOP;
  RETURN NEXT;
END $$;

-- What each level of a call's budgets says: 1 refused, 2 unknown, 3 wait, 4 room. Older waiters' room counts as taken.
CREATE FUNCTION budget_verdicts(p_chain text[], p_estimate bigint, p_call text, p_ticket bigint)
RETURNS TABLE (verdict integer, id text, limit_micro_usd bigint, settled_micro_usd bigint, reserved_micro_usd bigint, unknown_micro_usd bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT CASE
             WHEN b.settled_micro_usd + p_estimate > b.limit_micro_usd THEN 1
             WHEN b.settled_micro_usd + b.unknown_micro_usd + p_estimate > b.limit_micro_usd THEN 2
             WHEN b.settled_micro_usd + b.unknown_micro_usd + b.reserved_micro_usd + older.estimates + p_estimate > b.limit_micro_usd THEN 3
             ELSE 4
           END, b.id, b.limit_micro_usd, b.settled_micro_usd, b.reserved_micro_usd, b.unknown_micro_usd
    FROM budget b CROSS JOIN LATERAL (
      SELECT coalesce(sum(w.estimate_micro_usd), 0) AS estimates FROM budget_waiter w
      WHERE w.budget_id = b.id AND w.call_key <> p_call AND w.expires_at > clock_timestamp() AND (p_ticket IS NULL OR w.ticket < p_ticket)) older
    WHERE b.id = ANY (p_chain);
END $$;

-- reserve: p_calls = [{callKey, tenant, runId, node, budgets[], estimateMicroUsd, owner, token, leaseMs, waiterTtlMs,
--   provider, model, priceVersion, requestHash}]. One answer per call:
--   stored   – a result exists (artifact_ref)
--   leased   – another attempt is under a live lease (for lease_left_ms more)
--   poison   – three attempts of this call were lost with their process
--   resume   – the provider has a response of attempt n, whose process is gone: take_over it instead of paying again
--   admitted – attempt n with this epoch is reserved
--   sent     – with p_send, which is reserve_and_send's: it is marked as sent from the start
--   wait     – the level has room once others settle (others' reservations, or older waiters come first)
--   unknown  – the level would have room but for unknown attempts: reconciliation first
--   refused  – settled + worst case > limit of the level: never fits
-- Idempotent by (callKey, token): asking again after a lost reply finds the attempt that the first request reserved.
CREATE FUNCTION reserve(p_calls jsonb, p_send boolean DEFAULT false)
RETURNS TABLE (call_key text, answer text, n integer, epoch bigint, artifact_ref uuid, lease_until timestamptz, lease_left_ms bigint,
               level text, limit_micro_usd bigint, settled_micro_usd bigint, reserved_micro_usd bigint, unknown_micro_usd bigint)
LANGUAGE plpgsql SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $$
#variable_conflict use_column
DECLARE
  c record; a attempt%ROWTYPE; stored call_result%ROWTYPE; v record; chain text[]; locked text[];
  keys text[] := ARRAY(SELECT x->>'callKey' FROM jsonb_array_elements(p_calls) x);
  asked text[] := ARRAY(SELECT jsonb_array_elements_text(x->'budgets') FROM jsonb_array_elements(p_calls) x);
BEGIN
  PERFORM lock_calls(keys);
  locked := ARRAY(SELECT budget_chain(asked));
  -- A call may come back under other budgets (a retried run): those of its open attempt are locked, too.
  PERFORM lock_budgets(locked || ARRAY(
    SELECT r.budget_id FROM reservation r JOIN attempt t ON t.call_key = r.call_key AND t.n = r.n
    WHERE t.call_key = ANY (keys) AND t.state IN ('reserved', 'sent')));
  PERFORM 1 FROM attempt t WHERE t.call_key = ANY (keys) ORDER BY t.call_key, t.n FOR UPDATE;
  IF FOUND THEN
    -- Who asks again under its token lives: an outage that outlasted its lease must not make its own attempt a lost one.
    UPDATE attempt t SET lease_until = greatest(t.lease_until, clock_timestamp() + x."leaseMs" * interval '1 ms')
    FROM jsonb_to_recordset(p_calls) AS x("callKey" text, token uuid, "leaseMs" integer)
    WHERE t.call_key = x."callKey" AND t.reserve_token = x.token AND t.state IN ('reserved', 'sent');
    PERFORM disown_expired(keys, clock_timestamp());
  END IF;

  -- Who already waits keeps its place; newcomers follow in the order they came.
  FOR c IN
    SELECT x.*, e.ord, (SELECT min(w.ticket) FROM budget_waiter w WHERE w.call_key = x."callKey") AS ticket
    FROM jsonb_array_elements(p_calls) WITH ORDINALITY e(j, ord),
         jsonb_to_record(e.j) AS x("callKey" text, tenant text, "runId" uuid, node text, budgets jsonb, "estimateMicroUsd" bigint,
           owner text, token uuid, "leaseMs" integer, "waiterTtlMs" integer, provider text, model text, "priceVersion" text, "requestHash" text)
    ORDER BY ticket NULLS LAST, e.ord
  LOOP
    call_key := c."callKey"; answer := NULL; n := NULL; epoch := NULL; artifact_ref := NULL; lease_until := NULL; lease_left_ms := NULL;
    level := NULL; limit_micro_usd := NULL; settled_micro_usd := NULL; reserved_micro_usd := NULL; unknown_micro_usd := NULL;

    SELECT * INTO stored FROM call_result r WHERE r.call_key = c."callKey";
    SELECT * INTO a FROM attempt t WHERE t.call_key = c."callKey" ORDER BY t.n DESC LIMIT 1;
    IF stored.tenant_id <> c.tenant OR a.tenant_id <> c.tenant THEN
      RAISE EXCEPTION 'reserve %: the call belongs to another tenant', c."callKey" USING ERRCODE = 'insufficient_privilege';
    END IF;

    IF stored.call_key IS NOT NULL THEN
      answer := 'stored'; artifact_ref := stored.artifact_ref; n := stored.n;
    ELSIF a.state = 'reserved' AND a.reserve_token = c.token THEN
      answer := 'admitted'; n := a.n; epoch := a.epoch; lease_until := a.lease_until;
    ELSIF a.state IN ('reserved', 'sent') THEN
      answer := 'leased'; n := a.n; lease_until := a.lease_until;
      lease_left_ms := greatest(0, ceil(extract(epoch FROM a.lease_until - clock_timestamp()) * 1000));
    ELSIF (SELECT sum(1 + t.taken_over) FROM attempt t WHERE t.call_key = c."callKey" AND t.failure_class = 'lost' AND t.sent_at IS NOT NULL) >= 3 THEN
      answer := 'poison'; n := a.n;
    ELSIF a.state = 'unknown' AND a.response_id IS NOT NULL AND NOT a.response_over
          AND a.provider = c.provider AND a.run_id IS NOT DISTINCT FROM c."runId" THEN
      answer := 'resume'; n := a.n;
    END IF;
    IF answer IS NOT NULL THEN
      DELETE FROM budget_waiter w WHERE w.call_key = c."callKey";
      RETURN NEXT; CONTINUE;
    END IF;

    -- A reservation against a budget that does not exist would be unlimited spending: fail closed.
    -- While this waited, `set_budget` may have put the tenant's level above these: the chain of a call alone is the locked one if not.
    IF cardinality(keys) = 1 AND NOT EXISTS (SELECT 1 FROM budget b WHERE b.id = ANY (locked) AND b.parent_id <> ALL (locked)) THEN
      chain := locked;
    ELSE
      chain := ARRAY(SELECT budget_chain(ARRAY(SELECT jsonb_array_elements_text(c.budgets))));
    END IF;
    IF cardinality(chain) = 0 OR NOT chain @> ARRAY(SELECT jsonb_array_elements_text(c.budgets))
       OR EXISTS (SELECT 1 FROM budget b WHERE b.id = ANY (chain) AND b.tenant_id <> c.tenant) THEN
      RAISE EXCEPTION 'reserve %: unknown budget in %', c."callKey", c.budgets USING ERRCODE = 'foreign_key_violation';
    END IF;
    -- The tenant's level sorts behind all others.
    IF NOT chain <@ locked THEN PERFORM lock_budgets(chain); END IF;

    -- The strictest level answers.
    SELECT * INTO v FROM budget_verdicts(chain, c."estimateMicroUsd", c."callKey", c.ticket) b ORDER BY b.verdict, b.id LIMIT 1;
    IF v.verdict < 4 THEN
      answer := (ARRAY['refused', 'unknown', 'wait'])[v.verdict];
      level := v.id; limit_micro_usd := v.limit_micro_usd; settled_micro_usd := v.settled_micro_usd;
      reserved_micro_usd := v.reserved_micro_usd; unknown_micro_usd := v.unknown_micro_usd;
    END IF;
    DELETE FROM budget_waiter w WHERE w.call_key = c."callKey";
    IF answer = 'wait' THEN
      INSERT INTO budget_waiter (budget_id, call_key, ticket, estimate_micro_usd, expires_at)
      SELECT b.id, c."callKey", t.ticket, c."estimateMicroUsd", clock_timestamp() + c."waiterTtlMs" * interval '1 ms'
      FROM (SELECT coalesce(c.ticket, nextval('waiter_ticket')) AS ticket) t,
           budget_verdicts(chain, c."estimateMicroUsd", c."callKey", c.ticket) b WHERE b.verdict = 3;
    END IF;
    IF answer IS NOT NULL THEN RETURN NEXT; CONTINUE; END IF;

    answer := 'admitted';
    epoch := nextval('attempt_epoch');
    lease_until := clock_timestamp() + c."leaseMs" * interval '1 ms';
    -- n grows only after an attempt was sent: a void one that never left is taken up again under a new epoch.
    IF a.state = 'void' AND a.sent_at IS NULL THEN
      n := a.n;
      DELETE FROM reservation r WHERE r.call_key = c."callKey" AND r.n = a.n;
      UPDATE attempt t SET state = 'reserved', run_id = c."runId", node = c.node, owner = c.owner, epoch = reserve.epoch,
             reserve_token = c.token, lease_until = reserve.lease_until, provider = c.provider, model = c.model,
             price_version = c."priceVersion", request_hash = c."requestHash", estimate_micro_usd = c."estimateMicroUsd",
             provider_request_id = NULL, failure_class = NULL, failure = NULL, reserved_at = clock_timestamp(), closed_at = NULL
      WHERE t.call_key = c."callKey" AND t.n = a.n;
    ELSE
      n := coalesce(a.n, 0) + 1;
      IF p_send THEN answer := 'sent'; END IF;
      INSERT INTO attempt (call_key, n, tenant_id, run_id, node, state, sent_at, sent_epoch, owner, epoch, reserve_token, lease_until, provider, model,
        price_version, request_hash, estimate_micro_usd)
      VALUES (c."callKey", reserve.n, c.tenant, c."runId", c.node, CASE WHEN p_send THEN 'sent' ELSE 'reserved' END,
        CASE WHEN p_send THEN clock_timestamp() END, CASE WHEN p_send THEN reserve.epoch END, c.owner, reserve.epoch, c.token, reserve.lease_until,
        c.provider, c.model, c."priceVersion", c."requestHash", c."estimateMicroUsd");
    END IF;
    INSERT INTO reservation (call_key, n, budget_id, estimate_micro_usd)
    SELECT c."callKey", reserve.n, id, c."estimateMicroUsd" FROM unnest(chain) id;
    UPDATE budget t SET reserved_micro_usd = t.reserved_micro_usd + c."estimateMicroUsd" WHERE t.id = ANY (chain);
    RETURN NEXT;
  END LOOP;
END $$;

-- mark_sent: the last durable step before the provider. p_keys = [{callKey, n, epoch}]; returns the keys still owned, and
-- only those may be sent. Idempotent by (callKey, n, epoch). A node that waited for a limit or for room runs again.
CREATE FUNCTION mark_sent(p_keys jsonb, p_lease_ms integer) RETURNS TABLE (call_key text, n integer, lease_until timestamptz)
LANGUAGE plpgsql SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $$
#variable_conflict use_column
BEGIN
  PERFORM 1 FROM attempt t JOIN jsonb_to_recordset(p_keys) AS x("callKey" text, n integer)
    ON t.call_key = x."callKey" AND t.n = x.n ORDER BY t.call_key, t.n FOR UPDATE OF t;
  RETURN QUERY
    UPDATE attempt t SET state = 'sent', sent_at = coalesce(t.sent_at, clock_timestamp()), sent_epoch = t.epoch,
           lease_until = clock_timestamp() + p_lease_ms * interval '1 ms'
    FROM jsonb_to_recordset(p_keys) AS x("callKey" text, n integer, epoch bigint)
    WHERE t.call_key = x."callKey" AND t.n = x.n AND t.epoch = x.epoch AND t.state IN ('reserved', 'sent') AND t.lease_until > clock_timestamp()
    RETURNING t.call_key, t.n, t.lease_until;
  PERFORM end_waits(p_keys);
END $$;

-- Nodes of the sent ones among these attempts show a wait no longer.
CREATE FUNCTION end_waits(p_keys jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE runs uuid[] := ARRAY(SELECT DISTINCT w.run_id FROM waiting_nodes(p_keys) w);
BEGIN
  IF cardinality(runs) = 0 THEN RETURN; END IF;
  PERFORM lock_runs(runs);
  UPDATE run_node rn SET status = 'running', waiting_since = NULL, next_try_at = NULL, started_at = coalesce(rn.started_at, clock_timestamp()),
         reason_code = CASE WHEN rn.status = 'running' THEN rn.reason_code END, reason = CASE WHEN rn.status = 'running' THEN rn.reason END
  FROM waiting_nodes(p_keys) w WHERE rn.run_id = w.run_id AND rn.name = w.name;
END $$;

-- Nodes of the sent ones among these attempts that still show a wait.
CREATE FUNCTION waiting_nodes(p_keys jsonb) RETURNS TABLE (run_id uuid, name text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT DISTINCT rn.run_id, rn.name
    FROM jsonb_to_recordset(p_keys) AS x("callKey" text, n integer, epoch bigint)
    JOIN attempt t ON t.call_key = x."callKey" AND t.n = x.n AND t.epoch = x.epoch AND t.state = 'sent'
    JOIN run_node rn ON rn.run_id = t.run_id AND rn.name = t.node
    WHERE rn.completed_at IS NULL AND (rn.status <> 'running' OR rn.waiting_since IS NOT NULL OR rn.next_try_at IS NOT NULL);
END $$;

-- renew: a process's heartbeat for all it has in flight; returns what it still owns. An expired lease is not revived
-- once disowned (the epoch differs), but one that merely ran out (a stalled process) is: nobody else has it.
CREATE FUNCTION renew(p_keys jsonb, p_lease_ms integer) RETURNS TABLE (call_key text, n integer) LANGUAGE plpgsql
SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $$
#variable_conflict use_column
BEGIN
  PERFORM 1 FROM attempt t JOIN jsonb_to_recordset(p_keys) AS x("callKey" text, n integer)
    ON t.call_key = x."callKey" AND t.n = x.n ORDER BY t.call_key, t.n FOR UPDATE OF t;
  RETURN QUERY
    UPDATE attempt t SET lease_until = clock_timestamp() + p_lease_ms * interval '1 ms'
    FROM jsonb_to_recordset(p_keys) AS x("callKey" text, n integer, epoch bigint)
    WHERE t.call_key = x."callKey" AND t.n = x.n AND t.epoch = x.epoch AND t.state IN ('reserved', 'sent')
    RETURNING t.call_key, t.n;
END $$;

-- publish: p_headers = [header…]; artifact headers with the next steps of their branches, outbox rows, and the payloads that travel in
-- `content`; all others are durable before this is called. A damaged payload is mended by who publishes its bytes again. Idempotent by ref and by idempotencyKey: the first one stays and is answered (fresh = false).
-- The plans of its lookups are made and kept while the table is empty, when every index looks equally good: by a join of
-- all headers with all artifacts, or by an index on the tenant alone, a batch of 100 took 1 s at 3,000 artifacts and more
-- with each one. So: no other plan than one index probe per header, and no condition that a wrong index could serve
-- (`tenant_id || ''`). 2,000 rows/s then, on the same busy machine, whatever the size.
CREATE FUNCTION publish(p_headers jsonb) RETURNS TABLE (ref uuid, step_idx integer, fresh boolean) LANGUAGE plpgsql
SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $$
#variable_conflict use_column
DECLARE before_ids uuid[]; answered integer;
BEGIN
  -- The branch counters order publishers: first they exist, then they are locked, both sorted.
  INSERT INTO artifact_branch (tenant_id, session_id, branch_id)
  SELECT DISTINCT h->>'tenant', h->>'sessionId', coalesce(h->>'branchId', 'main') FROM jsonb_array_elements(p_headers) h ORDER BY 1, 2, 3
  ON CONFLICT DO NOTHING;
  PERFORM 1 FROM artifact_branch b WHERE (b.tenant_id, b.session_id, b.branch_id) IN (
    SELECT h->>'tenant', h->>'sessionId', coalesce(h->>'branchId', 'main') FROM jsonb_array_elements(p_headers) h)
  ORDER BY b.tenant_id, b.session_id, b.branch_id FOR NO KEY UPDATE;

  WITH given AS (
    SELECT x.*, e.ord, coalesce(x."branchId", 'main') AS branch,
           row_number() OVER (PARTITION BY x.tenant, coalesce(x."idempotencyKey", x.ref::text) ORDER BY e.ord) AS occurrence
    FROM jsonb_array_elements(p_headers) WITH ORDINALITY e(j, ord),
         jsonb_to_record(e.j) AS x(ref uuid, tenant text, "sessionId" text, "branchId" text, "episodeId" text, "groupId" text, "parentRefs" jsonb,
           type text, "agentId" text, mime text, model text, "costMicroUsd" bigint, "inputTokens" bigint, "outputTokens" bigint,
           "latencyMs" integer, score double precision, reward double precision, tags jsonb, meta jsonb, driver text, sha256 text,
           bytes bigint, "rawBytes" bigint, content text, "evaluatorId" text, "judgeVersion" text, "idempotencyKey" text)
  ), inserted AS (
    INSERT INTO artifact (ref, tenant_id, session_id, branch_id, step_idx, episode_id, group_id, parent_refs, type, agent_id, mime,
      model, cost_micro_usd, input_tokens, output_tokens, latency_ms, score, reward, tags, meta, driver, sha256, bytes, raw_bytes,
      evaluator_id, judge_version, idempotency_key)
    SELECT g.ref, g.tenant, g."sessionId", g.branch, b.next_step + row_number() OVER (PARTITION BY g.tenant, g."sessionId", g.branch ORDER BY g.ord) - 1,
      g."episodeId", g."groupId", ARRAY(SELECT jsonb_array_elements_text(coalesce(g."parentRefs", '[]'))::uuid), g.type, g."agentId", g.mime,
      g.model, g."costMicroUsd", g."inputTokens", g."outputTokens", g."latencyMs", g.score, g.reward,
      ARRAY(SELECT jsonb_array_elements_text(coalesce(g.tags, '[]'))), coalesce(g.meta, '{}'), g.driver, g.sha256, g.bytes, g."rawBytes",
      g."evaluatorId", g."judgeVersion", g."idempotencyKey"
    FROM given g JOIN artifact_branch b ON b.tenant_id = g.tenant AND b.session_id = g."sessionId" AND b.branch_id = g.branch
    WHERE g.occurrence = 1 AND NOT EXISTS (SELECT 1 FROM artifact o WHERE o.ref = g.ref)
      AND NOT EXISTS (SELECT 1 FROM artifact o WHERE o.idempotency_key = g."idempotencyKey" AND o.tenant_id || '' = g.tenant)
    ORDER BY g.ord
    ON CONFLICT DO NOTHING
    RETURNING *
  ), kept AS (
    INSERT INTO payload AS p (sha256, bytes, content)
    SELECT DISTINCT ON (g.sha256, g.bytes) decode(g.sha256, 'hex'), g.bytes, decode(g.content, 'base64') FROM given g JOIN inserted i ON i.ref = g.ref
    WHERE g.content IS NOT NULL
      -- A conflict would lock the row, and whoever publishes the same bytes would wait for this transaction's end.
      AND NOT EXISTS (SELECT 1 FROM payload o WHERE o.sha256 = decode(g.sha256, 'hex') AND o.bytes = g.bytes AND o.content = decode(g.content, 'base64'))
    ORDER BY g.sha256, g.bytes
    ON CONFLICT (sha256, bytes) DO UPDATE SET content = excluded.content WHERE p.content <> excluded.content
  ), counted AS (
    UPDATE artifact_branch b SET next_step = i.next_step
    FROM (SELECT tenant_id, session_id, branch_id, max(step_idx) + 1 AS next_step FROM inserted GROUP BY 1, 2, 3) i
    WHERE b.tenant_id = i.tenant_id AND b.session_id = i.session_id AND b.branch_id = i.branch_id
  ), queued AS (
    INSERT INTO outbox (tenant_id, stream, topic, payload)
    SELECT i.tenant_id, 'artifact', 'artifacts:' || i.session_id, jsonb_build_object('ref', i.ref) FROM inserted i ORDER BY i.tenant_id, i.session_id, i.branch_id, i.step_idx
  )
  SELECT array_agg(i.ref) INTO before_ids FROM inserted i;

  RETURN QUERY
    WITH wanted AS (
      SELECT e.ord, h->>'tenant' AS tenant, (h->>'ref')::uuid AS ref, h->>'idempotencyKey' AS key
      FROM jsonb_array_elements(p_headers) WITH ORDINALITY e(h, ord)
    ), found AS (
      SELECT w.ord, o.ref, o.step_idx FROM wanted w JOIN artifact o ON o.ref = w.ref AND o.tenant_id || '' = w.tenant
      UNION
      SELECT w.ord, o.ref, o.step_idx FROM wanted w JOIN artifact o ON o.idempotency_key = w.key AND o.tenant_id || '' = w.tenant
    )
    SELECT f.ref, f.step_idx, coalesce(f.ref = ANY (before_ids), false) FROM found f ORDER BY f.ord;
  GET DIAGNOSTICS answered = ROW_COUNT;
  IF answered <> jsonb_array_length(p_headers) THEN
    RAISE EXCEPTION 'publish: % headers given, % found afterwards: a ref or key is taken by another artifact', jsonb_array_length(p_headers), answered
      USING ERRCODE = 'unique_violation';
  END IF;
END $$;

-- settle: p_results = [{callKey, n, epoch, outcome: answered | failed | unknown, actualMicroUsd, inputTokens,
--   outputTokens, model, finishReason, providerRequestId, failureClass, failure, artifactRef, artifacts: [header…],
--   node: {status, outputRef, nextTryMs, reasonCode, reason}, recording: see record_answers }].
-- One transaction for attempt, budgets, ledger, call_result, artifact headers, outbox, run_node. Answers:
--   settled | void | unknown – done now
--   already – this settle changes nothing: it was done before, or nothing was ever sent under this epoch
--   late    – the owner lost its epoch, or had given up: booked as known spend of its own attempt, never as the result
-- artifact_ref is the call's stored result, whoever stored it. Idempotent by (callKey, n, epoch).
CREATE FUNCTION settle(p_results jsonb) RETURNS TABLE (call_key text, n integer, answer text, artifact_ref uuid, model_failures integer)
LANGUAGE plpgsql SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $$
#variable_conflict use_column
DECLARE
  s record; a attempt%ROWTYPE; over bigint; owns boolean; held boolean; lost boolean; headers jsonb := '[]'; recordings jsonb := '[]';
BEGIN
  PERFORM lock_attempts(p_results);
  FOR s IN
    SELECT x.* FROM jsonb_to_recordset(p_results) AS x("callKey" text, n integer, epoch bigint, outcome text, "actualMicroUsd" bigint,
      "inputTokens" bigint, "outputTokens" bigint, model text, "finishReason" text, "providerRequestId" text, "failureClass" text,
      failure text, "artifactRef" uuid, artifacts jsonb, node jsonb, recording jsonb)
    ORDER BY x."callKey", x.n
  LOOP
    call_key := s."callKey"; n := s.n; artifact_ref := NULL; model_failures := NULL;
    SELECT * INTO a FROM attempt t WHERE t.call_key = s."callKey" AND t.n = s.n;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'settle: attempt %#% does not exist', s."callKey", s.n USING ERRCODE = 'no_data_found';
    END IF;
    owns := a.epoch = s.epoch AND a.state IN ('reserved', 'sent');
    -- An answer that nobody waits for any more is billed all the same, unless it is booked. Only who sent it can have one:
    -- whoever held the attempt before it was sent (and lost it to a process that took up its n) has nothing to book.
    lost := NOT owns AND s.outcome = 'answered' AND a.state IN ('unknown', 'void') AND a.sent_epoch = s.epoch;

    IF owns AND s.outcome <> 'answered' THEN
      answer := CASE WHEN s.outcome = 'unknown' AND a.state = 'sent' THEN 'unknown' ELSE 'void' END;
      PERFORM release_reservation(a, answer = 'unknown');
      IF answer = 'unknown' THEN PERFORM post_ledger(a, 'unknown', a.estimate_micro_usd); END IF;
      UPDATE attempt t SET state = answer, failure_class = s."failureClass", failure = left(s.failure, 2000),
             provider_request_id = coalesce(s."providerRequestId", t.provider_request_id), closed_at = clock_timestamp()
      WHERE t.call_key = a.call_key AND t.n = a.n;
      IF a.state = 'sent' THEN
        -- A provider that was not reached, or not even asked, or whose batch ended before, said nothing about this call: not counted.
        UPDATE run_node rn SET model_failures = rn.model_failures + 1
        WHERE rn.run_id = a.run_id AND rn.name = a.node AND coalesce(s."failureClass", '') NOT IN ('unreachable', 'not-sent', 'not-processed');
        IF a.run_id IS NOT NULL THEN
          PERFORM add_event(a.run_id, 'attempt-failed', a.node, jsonb_build_object('attempt', a.call_key || '#' || a.n, 'state', answer,
            'failureClass', s."failureClass", 'failure', left(s.failure, 500)));
        END IF;
      END IF;
    ELSIF owns OR lost THEN
      answer := CASE WHEN owns THEN 'settled' ELSE 'late' END;
      over := book_spend(a, s."actualMicroUsd", coalesce(s."inputTokens", 0), coalesce(s."outputTokens", 0));
      UPDATE attempt t SET state = 'settled', actual_micro_usd = s."actualMicroUsd", input_tokens = s."inputTokens",
             output_tokens = s."outputTokens", provider_request_id = coalesce(s."providerRequestId", t.provider_request_id),
             model = coalesce(s.model, t.model), failure_class = s."failureClass", failure = left(s.failure, 2000),
             late = NOT owns, sent_at = coalesce(t.sent_at, clock_timestamp()), sent_epoch = s.epoch, closed_at = clock_timestamp()
      WHERE t.call_key = a.call_key AND t.n = a.n;
      IF owns THEN
        headers := headers || coalesce(s.artifacts, '[]');
        INSERT INTO call_result (call_key, tenant_id, run_id, node, n, artifact_ref, request_hash, model, finish_reason, input_tokens, output_tokens, cost_micro_usd)
        VALUES (a.call_key, a.tenant_id, a.run_id, a.node, a.n, s."artifactRef", a.request_hash, coalesce(s.model, a.model), s."finishReason",
                s."inputTokens", s."outputTokens", s."actualMicroUsd");
        IF s.recording IS NOT NULL THEN
          recordings := recordings || s.recording;
          -- Who records without looking has missed nothing.
          UPDATE run_node rn SET cassette_misses = rn.cassette_misses + 1
          WHERE rn.run_id = a.run_id AND rn.name = a.node AND NOT (s.recording->>'replace')::boolean;
        END IF;
      END IF;
      IF a.run_id IS NOT NULL THEN
        PERFORM add_event(a.run_id, CASE WHEN owns THEN 'call-settled' ELSE 'attempt-late' END, a.node, jsonb_build_object(
          'attempt', a.call_key || '#' || a.n, 'costMicroUsd', s."actualMicroUsd", 'model', coalesce(s.model, a.model)));
      END IF;
    ELSE
      answer := 'already';
    END IF;

    IF owns AND s.node IS NOT NULL AND a.run_id IS NOT NULL THEN
      UPDATE run_node rn SET
        status = coalesce(s.node->>'status', rn.status),
        reason_code = s.node->>'reasonCode', reason = left(s.node->>'reason', 2000),
        output_ref = coalesce((s.node->>'outputRef')::uuid, rn.output_ref),
        model = coalesce(s.model, rn.model), waiting_since = NULL,
        next_try_at = clock_timestamp() + (s.node->>'nextTryMs')::bigint * interval '1 ms',
        completed_at = CASE WHEN s.node->>'status' = 'completed' THEN clock_timestamp() END
      WHERE rn.run_id = a.run_id AND rn.name = a.node AND rn.completed_at IS NULL;
      IF FOUND AND s.node->>'status' = 'completed' THEN
        PERFORM add_event(a.run_id, 'agent-completed', a.node, jsonb_build_object('outputRef', s.node->>'outputRef'));
      END IF;
    END IF;
    SELECT r.artifact_ref INTO artifact_ref FROM call_result r WHERE r.call_key = a.call_key;
    IF a.run_id IS NULL OR EXISTS (SELECT 1 FROM run r WHERE r.id = a.run_id AND r.kind = 'simulation') THEN
      -- Outside a run there is no node that counts, and an agent of a simulation is asked for weeks: the call's own attempts do.
      SELECT count(*) INTO model_failures FROM attempt t WHERE t.call_key = a.call_key AND t.sent_at IS NOT NULL
        AND t.state IN ('void', 'unknown') AND t.failure_class NOT IN ('unreachable', 'lost', 'not-sent', 'not-processed', 'cancelled');
    ELSE
      SELECT rn.model_failures INTO model_failures FROM run_node rn WHERE rn.run_id = a.run_id AND rn.name = a.node;
    END IF;
    RETURN NEXT;
  END LOOP;
  PERFORM publish(headers);
  PERFORM record_answers(recordings);
END $$;

-- Known spend of an attempt: replaces whatever it holds (its reservation, its unknown maximum, or nothing when it was
-- proved unbilled and billed after all), in budgets, ledger and the agent's running total. Returns the overrun: what was
-- billed beyond the room that was held. It is money that is gone: booked and alarmed, never dropped.
CREATE FUNCTION book_spend(a attempt, p_actual bigint, p_input bigint, p_output bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE over bigint := greatest(0, p_actual - CASE WHEN a.state = 'void' THEN 0 ELSE a.estimate_micro_usd END);
BEGIN
  UPDATE budget b SET
    reserved_micro_usd = b.reserved_micro_usd - CASE WHEN a.state IN ('reserved', 'sent') THEN r.estimate_micro_usd ELSE 0 END,
    unknown_micro_usd = b.unknown_micro_usd - CASE WHEN a.state = 'unknown' THEN r.estimate_micro_usd ELSE 0 END,
    settled_micro_usd = b.settled_micro_usd + p_actual,
    overrun_micro_usd = b.overrun_micro_usd + over
  FROM reservation r WHERE r.call_key = a.call_key AND r.n = a.n AND b.id = r.budget_id;
  IF a.state = 'unknown' THEN PERFORM post_ledger(a, 'unknown', -a.estimate_micro_usd); END IF;
  PERFORM post_ledger(a, 'known', p_actual - over);
  PERFORM post_ledger(a, 'overrun', over);
  UPDATE run_node rn SET cost_micro_usd = rn.cost_micro_usd + p_actual, input_tokens = rn.input_tokens + p_input,
         output_tokens = rn.output_tokens + p_output, calls = rn.calls + 1
  WHERE rn.run_id = a.run_id AND rn.name = a.node;
  IF over > 0 AND a.run_id IS NOT NULL THEN
    PERFORM add_event(a.run_id, 'budget-overrun', a.node, jsonb_build_object('attempt', a.call_key || '#' || a.n, 'overMicroUsd', over));
  END IF;
  RETURN over;
END $$;

-- expire: attempts whose lease ran out `p_grace_ms` ago. The grace lets a process that was merely stopped renew first.
CREATE FUNCTION expire(p_limit integer, p_grace_ms integer) RETURNS TABLE (voided integer, unknown integer) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE cutoff timestamptz := clock_timestamp() - p_grace_ms * interval '1 ms'; keys text[];
BEGIN
  -- Waiters that stopped asking an hour ago; skipping what reserve holds, because this takes no budget locks.
  DELETE FROM budget_waiter w USING (SELECT o.budget_id, o.call_key FROM budget_waiter o
    WHERE o.expires_at < clock_timestamp() - interval '1 hour' LIMIT p_limit FOR UPDATE SKIP LOCKED) gone
  WHERE w.budget_id = gone.budget_id AND w.call_key = gone.call_key;
  keys := ARRAY(SELECT t.call_key FROM attempt t WHERE t.state IN ('reserved', 'sent') AND t.lease_until < cutoff ORDER BY t.lease_until LIMIT p_limit);
  PERFORM lock_calls(keys);
  PERFORM lock_budgets(ARRAY(SELECT DISTINCT r.budget_id FROM reservation r JOIN attempt t ON t.call_key = r.call_key AND t.n = r.n
    WHERE t.call_key = ANY (keys) AND t.state IN ('reserved', 'sent')));
  PERFORM 1 FROM attempt t WHERE t.call_key = ANY (keys) AND t.state IN ('reserved', 'sent') ORDER BY t.call_key, t.n FOR UPDATE;
  RETURN QUERY SELECT d.voided, d.unknown FROM disown_expired(keys, cutoff) d;
END $$;

-- revoke: ends the leases of processes that are certainly gone; the next reserve or expire disowns their attempts.
CREATE FUNCTION revoke_leases(p_owners text[]) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE done integer;
BEGIN
  WITH mine AS (
    SELECT t.call_key, t.n FROM attempt t WHERE t.owner = ANY (p_owners) AND t.state IN ('reserved', 'sent') ORDER BY t.call_key, t.n FOR UPDATE)
  UPDATE attempt t SET lease_until = '-infinity' FROM mine WHERE t.call_key = mine.call_key AND t.n = mine.n;
  GET DIAGNOSTICS done = ROW_COUNT;
  RETURN done;
END $$;

-- At a provider that bills an idempotency key once: whether this attempt can be the one on which the bill is booked. Not when
-- another attempt of the same question is settled (the bill is its), is under way, or may still come because the run goes on.
-- The call must be locked: then no new attempt appears.
CREATE FUNCTION owns_keyed_bill(a attempt) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  RETURN NOT EXISTS (SELECT 1 FROM attempt t WHERE t.call_key = a.call_key AND t.n <> a.n AND t.request_hash = a.request_hash
                       AND t.state IN ('reserved', 'sent', 'settled'))
     AND NOT EXISTS (SELECT 1 FROM run r WHERE r.id = a.run_id AND r.launch <> 'closed');
END $$;

-- reconcile: what a provider's own log says of attempts. p_items = [{callKey, n, billed, actualMicroUsd, inputTokens, outputTokens, keyed}].
-- Unknown ones become settled or void; one that was proved unbilled but stands in the log is booked as an overrun.
-- Answers: settled | void | already (known before, nothing changes) | open (nothing to say yet) | missing (no such attempt).
CREATE FUNCTION reconcile(p_tenant text, p_items jsonb) RETURNS TABLE (call_key text, n integer, answer text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE s record; a attempt%ROWTYPE;
BEGIN
  PERFORM lock_calls(ARRAY(SELECT x->>'callKey' FROM jsonb_array_elements(p_items) x));
  PERFORM lock_attempts(p_items);
  FOR s IN SELECT x.* FROM jsonb_to_recordset(p_items) AS x("callKey" text, n integer, billed boolean, "actualMicroUsd" bigint, "inputTokens" bigint, "outputTokens" bigint,
             keyed boolean)
           ORDER BY x."callKey", x.n LOOP
    call_key := s."callKey"; n := s.n;
    IF s.billed IS NULL OR (s.billed AND s."actualMicroUsd" IS NULL) THEN
      RAISE EXCEPTION 'reconcile %#%: billed needs an amount', s."callKey", s.n USING ERRCODE = 'null_value_not_allowed';
    END IF;
    SELECT * INTO a FROM attempt t WHERE t.call_key = s."callKey" AND t.n = s.n AND t.tenant_id = p_tenant;
    IF NOT FOUND THEN
      answer := 'missing';
    ELSIF a.state IN ('reserved', 'sent') OR (s.billed AND s.keyed AND a.state IN ('void', 'unknown') AND NOT owns_keyed_bill(a)) THEN
      answer := 'open';
    ELSIF s.billed AND (a.state = 'unknown' OR (a.state = 'void' AND a.sent_at IS NOT NULL)) THEN
      answer := 'settled';
      PERFORM book_spend(a, s."actualMicroUsd", coalesce(s."inputTokens", 0), coalesce(s."outputTokens", 0));
    ELSIF NOT s.billed AND a.state = 'unknown' THEN
      answer := 'void';
      UPDATE budget b SET unknown_micro_usd = b.unknown_micro_usd - r.estimate_micro_usd
      FROM reservation r WHERE r.call_key = a.call_key AND r.n = a.n AND b.id = r.budget_id;
      PERFORM post_ledger(a, 'unknown', -a.estimate_micro_usd);
    ELSE
      answer := 'already';
    END IF;
    IF answer IN ('settled', 'void') THEN
      UPDATE attempt t SET state = answer, actual_micro_usd = CASE WHEN s.billed THEN s."actualMicroUsd" END, input_tokens = s."inputTokens",
             output_tokens = s."outputTokens", epoch = nextval('attempt_epoch'), closed_at = clock_timestamp()
      WHERE t.call_key = a.call_key AND t.n = a.n;
      IF a.run_id IS NOT NULL THEN
        PERFORM add_event(a.run_id, 'attempt-reconciled', a.node, jsonb_build_object('attempt', a.call_key || '#' || a.n, 'state', answer,
          'costMicroUsd', CASE WHEN s.billed THEN s."actualMicroUsd" ELSE 0 END));
      END IF;
    END IF;
    RETURN NEXT;
  END LOOP;
END $$;

-- close_run: for a run whose workflow ended without saying so. What was not finished is cancelled; once, like the end itself.
CREATE FUNCTION close_run(p_tenant text, p_run uuid, p_status text, p_reason_code text, p_reason text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE run r SET launch = 'closed', status = p_status, reason_code = p_reason_code, reason = left(p_reason, 2000), completed_at = clock_timestamp()
  WHERE r.id = p_run AND r.tenant_id = p_tenant AND r.launch <> 'closed';
  IF NOT FOUND THEN RETURN false; END IF;
  UPDATE run_node rn SET status = 'cancelled', reason_code = p_reason_code, reason = left(p_reason, 2000), waiting_since = NULL, next_try_at = NULL,
         completed_at = clock_timestamp()
  WHERE rn.run_id = p_run AND rn.completed_at IS NULL;
  PERFORM add_event(p_run, 'run-closed', NULL, jsonb_build_object('status', p_status, 'reasonCode', p_reason_code));
  RETURN true;
END $$;

-- note_node: what an activity tells while it lasts (waiting for a limit or for room). Never touches a finished node.
-- No row: the node is finished or unknown. waited_ms is by the database's clock, so that no process's clock decides a timeout.
CREATE FUNCTION note_node(p_tenant text, p_run uuid, p_node text, p_note jsonb) RETURNS TABLE (waiting_since timestamptz, waited_ms bigint)
LANGUAGE sql AS $$
  UPDATE run_node rn SET status = coalesce(p_note->>'status', rn.status), reason_code = p_note->>'reasonCode', reason = left(p_note->>'reason', 2000),
         waiting_since = CASE WHEN (p_note->>'waiting')::boolean THEN coalesce(rn.waiting_since, clock_timestamp()) END,
         next_try_at = clock_timestamp() + (p_note->>'nextTryMs')::bigint * interval '1 ms',
         started_at = coalesce(rn.started_at, clock_timestamp())
  WHERE rn.run_id = p_run AND rn.tenant_id = p_tenant AND rn.name = p_node AND rn.completed_at IS NULL
  RETURNING rn.waiting_since, floor(extract(epoch FROM clock_timestamp() - rn.waiting_since) * 1000)::bigint
$$;

-- Down Migration
DROP FUNCTION note_node, close_run, reconcile, owns_keyed_bill, revoke_leases, expire, book_spend, settle, publish, renew, waiting_nodes, end_waits, mark_sent,
  reserve, budget_verdicts, disown_expired, release_reservation, add_event, add_events, post_ledger, lock_attempts, lock_runs,
  lock_budgets, budget_chain, lock_calls;
