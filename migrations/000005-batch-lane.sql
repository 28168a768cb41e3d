-- Up Migration
-- Delivery batch: calls that can wait share a batch of the provider's, at half the price.
-- Locks, before all others (see 000002): batches by (tenant_id, batch_id). Items and waiters come last, after their attempt's run.

-- One batch: calls of one tenant for one model of one provider. Its id travels as metadata, so that the provider can be
-- asked for it after a crash.
--   open → full → closed → submitted → over
-- open takes items; full takes no more; closed is what is sent, its attempts are marked so; submitted has the provider's id.
CREATE TABLE llm_batch (
  tenant_id          text NOT NULL,
  batch_id           uuid NOT NULL DEFAULT gen_random_uuid(),
  provider           text NOT NULL,
  model              text NOT NULL,
  state              text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'full', 'closed', 'submitted', 'over')),
  outcome            text CHECK (outcome IN ('completed', 'failed', 'expired', 'cancelled', 'refused', 'gone', 'empty')),
  items              integer NOT NULL DEFAULT 0 CHECK (items >= 0),
  bytes              bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),
  provider_batch_id  text,
  submitter          text,         -- the process that may submit it now
  submit_token       uuid,         -- one claim of it
  submit_until       timestamptz,  -- until then
  submit_tries       integer NOT NULL DEFAULT 0,
  opened_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
  closed_at          timestamptz,
  submitted_at       timestamptz,
  over_at            timestamptz,
  told               boolean NOT NULL DEFAULT false,  -- the lane's workflow knows of it, and that it is full
  tended_at          timestamptz NOT NULL DEFAULT clock_timestamp(),  -- the lane's last step
  PRIMARY KEY (tenant_id, batch_id),
  CHECK ((state = 'over') = (outcome IS NOT NULL)),
  CHECK (state <> 'submitted' OR provider_batch_id IS NOT NULL)
);
CREATE UNIQUE INDEX llm_batch_open ON llm_batch (tenant_id, provider, model) WHERE state = 'open';
CREATE INDEX llm_batch_to_tend ON llm_batch (tended_at) WHERE state <> 'over';

-- One attempt that goes with a batch.
--   queued → sent → answered | failed | returned      queued → withdrawn
-- returned: the provider did not process it (the batch expired, was cancelled, did not pass validation); nothing was billed.
-- subject: ids from which the call is made again when its answer has come.
CREATE TABLE llm_batch_item (
  tenant_id   text NOT NULL,
  call_key    text NOT NULL,
  n           integer NOT NULL,
  epoch       bigint NOT NULL,
  batch_id    uuid NOT NULL,
  subject     jsonb NOT NULL,
  bytes       integer NOT NULL,
  state       text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'answered', 'failed', 'returned', 'withdrawn')),
  PRIMARY KEY (tenant_id, call_key, n),
  FOREIGN KEY (tenant_id, batch_id) REFERENCES llm_batch,
  FOREIGN KEY (call_key, n) REFERENCES attempt
);
CREATE INDEX llm_batch_item_batch ON llm_batch_item (tenant_id, batch_id, state);

-- Who is told when it has ended: the workflow of a run that asked for the call. A retried run waits for the item of the run before.
CREATE TABLE llm_batch_waiter (
  tenant_id    text NOT NULL,
  call_key     text NOT NULL,
  n            integer NOT NULL,
  run_id       uuid NOT NULL REFERENCES run,
  workflow_id  text NOT NULL,
  task_key     text NOT NULL,
  told_at      timestamptz,
  PRIMARY KEY (tenant_id, call_key, n, run_id),
  FOREIGN KEY (tenant_id, call_key, n) REFERENCES llm_batch_item
);
CREATE INDEX llm_batch_waiter_untold ON llm_batch_waiter (tenant_id, call_key, n) WHERE told_at IS NULL;

-- enqueue_item: puts a reserved attempt into its lane's open batch, and out of the hands of the process that reserved it.
-- p_item = {tenant, callKey, n, epoch, provider, model, subject, bytes, leaseMs, itemsMax, bytesMax, runId, workflowId, taskKey}.
-- NULL: the attempt is no longer its owner's. Idempotent by (callKey, n, epoch).
CREATE FUNCTION enqueue_item(p_item jsonb) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE i record; b llm_batch%ROWTYPE; a attempt%ROWTYPE; known uuid;
BEGIN
  SELECT * INTO i FROM jsonb_to_record(p_item) AS x(tenant text, "callKey" text, n integer, epoch bigint, provider text, model text,
    subject jsonb, bytes integer, "leaseMs" bigint, "itemsMax" integer, "bytesMax" bigint, "runId" uuid, "workflowId" text, "taskKey" text);
  SELECT t.batch_id INTO known FROM llm_batch_item t
  WHERE t.tenant_id = i.tenant AND t.call_key = i."callKey" AND t.n = i.n AND t.epoch = i.epoch AND t.state <> 'withdrawn';
  IF FOUND THEN RETURN known; END IF;
  LOOP
    SELECT * INTO b FROM llm_batch t
    WHERE t.tenant_id = i.tenant AND t.provider = i.provider AND t.model = i.model AND t.state = 'open' FOR UPDATE;
    IF NOT FOUND THEN
      INSERT INTO llm_batch (tenant_id, provider, model) VALUES (i.tenant, i.provider, i.model) ON CONFLICT DO NOTHING;
      CONTINUE;
    END IF;
    EXIT WHEN b.items = 0 OR b.bytes + i.bytes <= i."bytesMax";
    UPDATE llm_batch t SET state = 'full', told = false WHERE t.tenant_id = b.tenant_id AND t.batch_id = b.batch_id;
  END LOOP;

  SELECT * INTO a FROM attempt t WHERE t.call_key = i."callKey" AND t.n = i.n AND t.tenant_id = i.tenant FOR UPDATE;
  IF a.epoch IS DISTINCT FROM i.epoch OR a.state <> 'reserved' OR a.lease_until <= clock_timestamp() THEN RETURN NULL; END IF;
  PERFORM lock_runs(ARRAY[i."runId"]);
  UPDATE attempt t SET owner = 'batch-lane', lease_until = clock_timestamp() + i."leaseMs" * interval '1 ms'
  WHERE t.call_key = a.call_key AND t.n = a.n;
  UPDATE run_node rn SET status = 'running', reason_code = 'batched', reason = 'Its question waits for its batch, or for the batch''s end.',
         waiting_since = NULL, next_try_at = NULL, started_at = coalesce(rn.started_at, clock_timestamp())
  WHERE rn.run_id = i."runId" AND rn.name = a.node AND rn.completed_at IS NULL;
  PERFORM add_event(i."runId", 'call-batched', a.node, jsonb_build_object('attempt', a.call_key || '#' || a.n, 'batch', b.batch_id));
  INSERT INTO llm_batch_item (tenant_id, call_key, n, epoch, batch_id, subject, bytes)
  VALUES (i.tenant, a.call_key, a.n, a.epoch, b.batch_id, i.subject, i.bytes)
  ON CONFLICT (tenant_id, call_key, n) DO UPDATE SET epoch = excluded.epoch, batch_id = excluded.batch_id, subject = excluded.subject,
    bytes = excluded.bytes, state = 'queued';
  INSERT INTO llm_batch_waiter (tenant_id, call_key, n, run_id, workflow_id, task_key)
  VALUES (i.tenant, a.call_key, a.n, i."runId", i."workflowId", i."taskKey") ON CONFLICT DO NOTHING;
  UPDATE llm_batch t SET items = t.items + 1, bytes = t.bytes + i.bytes,
         state = CASE WHEN t.items + 1 >= i."itemsMax" THEN 'full' ELSE t.state END,
         told = CASE WHEN t.items + 1 >= i."itemsMax" THEN false ELSE t.told END
  WHERE t.tenant_id = b.tenant_id AND t.batch_id = b.batch_id;
  RETURN b.batch_id;
END $$;

-- wait_on_item: joins those who wait for a call that is under way in a batch. Its attempt's number, or no row.
CREATE FUNCTION wait_on_item(p_tenant text, p_call_key text, p_run uuid, p_workflow_id text, p_task_key_prefix text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE found_n integer;
BEGIN
  SELECT i.n INTO found_n FROM llm_batch_item i
  WHERE i.tenant_id = p_tenant AND i.call_key = p_call_key AND i.state IN ('queued', 'sent') ORDER BY i.n DESC LIMIT 1 FOR UPDATE;
  IF found_n IS NULL THEN RETURN NULL; END IF;
  INSERT INTO llm_batch_waiter (tenant_id, call_key, n, run_id, workflow_id, task_key)
  VALUES (p_tenant, p_call_key, found_n, p_run, p_workflow_id, p_task_key_prefix || found_n) ON CONFLICT DO NOTHING;
  RETURN found_n;
END $$;

CREATE FUNCTION is_wanted(i llm_batch_item) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM llm_batch_waiter w JOIN run r ON r.id = w.run_id
    WHERE w.tenant_id = i.tenant_id AND w.call_key = i.call_key AND w.n = i.n AND r.launch <> 'closed')
$$;

-- Takes out of an unsent batch what no open run waits for: nothing was sent, so its reservation is given back. The batch must be locked.
CREATE FUNCTION withdraw_from(b llm_batch) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE unwanted jsonb; gone integer; gone_bytes bigint;
BEGIN
  SELECT jsonb_agg(jsonb_build_object('callKey', i.call_key, 'n', i.n, 'epoch', i.epoch, 'outcome', 'failed', 'failureClass', 'withdrawn',
                                      'failure', 'the run ended before its batch was sent')), count(*), coalesce(sum(i.bytes), 0)
  INTO unwanted, gone, gone_bytes
  FROM llm_batch_item i WHERE i.tenant_id = b.tenant_id AND i.batch_id = b.batch_id AND i.state = 'queued' AND NOT is_wanted(i);
  IF gone = 0 THEN RETURN 0; END IF;
  PERFORM settle(unwanted);
  UPDATE llm_batch_item i SET state = 'withdrawn' FROM jsonb_to_recordset(unwanted) AS x("callKey" text, n integer)
  WHERE i.tenant_id = b.tenant_id AND i.call_key = x."callKey" AND i.n = x.n;
  UPDATE llm_batch t SET items = t.items - gone, bytes = t.bytes - gone_bytes WHERE t.tenant_id = b.tenant_id AND t.batch_id = b.batch_id;
  RETURN gone;
END $$;

-- withdraw_items: the same for all batches, for the sweeper. Returns how many items were taken out.
CREATE FUNCTION withdraw_items(p_limit integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE b llm_batch%ROWTYPE; done integer := 0;
BEGIN
  FOR b IN
    SELECT t.* FROM llm_batch t WHERE t.state IN ('open', 'full') AND EXISTS (
      SELECT 1 FROM llm_batch_item i WHERE i.tenant_id = t.tenant_id AND i.batch_id = t.batch_id AND i.state = 'queued' AND NOT is_wanted(i))
    ORDER BY t.tenant_id, t.batch_id LIMIT p_limit FOR UPDATE SKIP LOCKED
  LOOP
    done := done + withdraw_from(b);
  END LOOP;
  RETURN done;
END $$;

-- close_llm_batch: from now on it takes nothing, and what is in it counts as sent. Returns how many; none ⇒ it is over. Idempotent.
CREATE FUNCTION close_llm_batch(p_tenant text, p_batch uuid) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE b llm_batch%ROWTYPE; kept integer;
BEGIN
  SELECT * INTO b FROM llm_batch t WHERE t.tenant_id = p_tenant AND t.batch_id = p_batch FOR UPDATE;
  IF NOT FOUND THEN RETURN 0; END IF;
  IF b.state NOT IN ('open', 'full') THEN RETURN CASE WHEN b.state = 'over' THEN 0 ELSE b.items END; END IF;
  PERFORM withdraw_from(b);
  PERFORM 1 FROM attempt t JOIN llm_batch_item i ON i.call_key = t.call_key AND i.n = t.n
  WHERE i.tenant_id = b.tenant_id AND i.batch_id = b.batch_id AND i.state = 'queued' ORDER BY t.call_key, t.n FOR UPDATE OF t;
  UPDATE attempt t SET state = 'sent', sent_at = coalesce(t.sent_at, clock_timestamp()), sent_epoch = t.epoch
  FROM llm_batch_item i WHERE i.tenant_id = b.tenant_id AND i.batch_id = b.batch_id AND i.state = 'queued'
    AND t.call_key = i.call_key AND t.n = i.n AND t.epoch = i.epoch AND t.state = 'reserved';
  -- One that somebody else has ended since (its lease ran out) is not sent.
  UPDATE llm_batch_item i SET state = CASE WHEN t.state = 'sent' AND t.epoch = i.epoch THEN 'sent' ELSE 'withdrawn' END
  FROM attempt t WHERE i.tenant_id = b.tenant_id AND i.batch_id = b.batch_id AND i.state = 'queued' AND t.call_key = i.call_key AND t.n = i.n;
  SELECT count(*) INTO kept FROM llm_batch_item i WHERE i.tenant_id = b.tenant_id AND i.batch_id = b.batch_id AND i.state = 'sent';
  UPDATE llm_batch t SET state = CASE WHEN kept = 0 THEN 'over' ELSE 'closed' END, outcome = CASE WHEN kept = 0 THEN 'empty' END,
         items = kept, closed_at = clock_timestamp(), over_at = CASE WHEN kept = 0 THEN clock_timestamp() END, tended_at = clock_timestamp()
  WHERE t.tenant_id = b.tenant_id AND t.batch_id = b.batch_id;
  RETURN kept;
END $$;

-- claim_submission: the right to submit, for one process at a time. p_lost names a process that is certainly gone.
-- answer: mine (tries counts the claims, this one included) | leased (submitter has it for left_ms more) | done (submitted, or over)
CREATE FUNCTION claim_submission(p_tenant text, p_batch uuid, p_owner text, p_token uuid, p_lease_ms integer, p_lost text)
RETURNS TABLE (answer text, tries integer, submitter text, left_ms bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE b llm_batch%ROWTYPE;
BEGIN
  SELECT * INTO b FROM llm_batch t WHERE t.tenant_id = p_tenant AND t.batch_id = p_batch FOR UPDATE;
  IF b.state IS DISTINCT FROM 'closed' THEN
    RETURN QUERY SELECT 'done', b.submit_tries, b.submitter, 0::bigint;
  ELSIF b.submit_until > clock_timestamp() AND b.submit_token <> p_token AND b.submitter IS DISTINCT FROM p_lost THEN
    RETURN QUERY SELECT 'leased', b.submit_tries, b.submitter, ceil(extract(epoch FROM b.submit_until - clock_timestamp()) * 1000)::bigint;
  ELSE
    UPDATE llm_batch t SET submitter = p_owner, submit_token = p_token, submit_until = clock_timestamp() + p_lease_ms * interval '1 ms',
           submit_tries = CASE WHEN t.submit_token = p_token THEN t.submit_tries ELSE t.submit_tries + 1 END, tended_at = clock_timestamp()
    WHERE t.tenant_id = b.tenant_id AND t.batch_id = b.batch_id
    RETURNING 'mine', t.submit_tries, t.submitter, 0::bigint INTO answer, tries, submitter, left_ms;
    RETURN NEXT;
  END IF;
END $$;

-- note_submitted: the provider has it under this id. False: it has it under another one, too, which was first.
CREATE FUNCTION note_submitted(p_tenant text, p_batch uuid, p_provider_batch_id text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE llm_batch t SET state = 'submitted', provider_batch_id = p_provider_batch_id, submitted_at = clock_timestamp(), tended_at = clock_timestamp()
  WHERE t.tenant_id = p_tenant AND t.batch_id = p_batch AND t.state = 'closed';
  RETURN EXISTS (SELECT 1 FROM llm_batch t WHERE t.tenant_id = p_tenant AND t.batch_id = p_batch AND t.provider_batch_id = p_provider_batch_id);
END $$;

-- end_items: items whose attempts have ended say how; a batch without others is over, as p_outcome. Returns how many are left. Idempotent.
CREATE FUNCTION end_items(p_tenant text, p_batch uuid, p_outcome text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE open_items integer;
BEGIN
  PERFORM 1 FROM llm_batch t WHERE t.tenant_id = p_tenant AND t.batch_id = p_batch FOR UPDATE;
  UPDATE llm_batch_item i SET state = CASE WHEN t.state = 'settled' THEN 'answered' WHEN t.failure_class = 'not-processed' THEN 'returned' ELSE 'failed' END
  FROM attempt t WHERE i.tenant_id = p_tenant AND i.batch_id = p_batch AND i.state = 'sent' AND t.call_key = i.call_key AND t.n = i.n
    AND (t.state NOT IN ('reserved', 'sent') OR t.epoch <> i.epoch);
  SELECT count(*) INTO open_items FROM llm_batch_item i WHERE i.tenant_id = p_tenant AND i.batch_id = p_batch AND i.state = 'sent';
  UPDATE llm_batch t SET tended_at = clock_timestamp(), state = CASE WHEN open_items = 0 THEN 'over' ELSE t.state END,
         outcome = CASE WHEN open_items = 0 THEN p_outcome END, over_at = CASE WHEN open_items = 0 THEN clock_timestamp() END
  WHERE t.tenant_id = p_tenant AND t.batch_id = p_batch AND t.state <> 'over';
  RETURN open_items;
END $$;

-- Down Migration
DROP FUNCTION end_items, note_submitted, claim_submission, close_llm_batch, withdraw_items, withdraw_from, is_wanted, wait_on_item, enqueue_item;
DROP TABLE llm_batch_waiter, llm_batch_item, llm_batch;
