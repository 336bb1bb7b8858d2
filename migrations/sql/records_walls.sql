-- Who may do what with datasets and their records. Part of the migration `records`: as it was published, never changed.
GRANT SELECT, INSERT, UPDATE, DELETE ON dataset, record, record_index, draft TO tab_web, tab_worker;
GRANT SELECT, INSERT, DELETE ON record_change TO tab_web, tab_worker;

ALTER TABLE dataset ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE record ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE record_index ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE record_change ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE draft ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY dataset_read ON dataset FOR SELECT TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('read')));
CREATE POLICY dataset_add ON dataset FOR INSERT TO tab_web, tab_worker
  WITH CHECK (establishment_id = ANY (app.ids('write')));
CREATE POLICY dataset_change ON dataset FOR UPDATE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));
CREATE POLICY dataset_remove ON dataset FOR DELETE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));

CREATE POLICY record_read ON record FOR SELECT TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('read')));
CREATE POLICY record_add ON record FOR INSERT TO tab_web, tab_worker
  WITH CHECK (establishment_id = ANY (app.ids('write')));
CREATE POLICY record_alter ON record FOR UPDATE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));
CREATE POLICY record_remove ON record FOR DELETE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));

CREATE POLICY record_index_read ON record_index FOR SELECT TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('read')));
CREATE POLICY record_index_add ON record_index FOR INSERT TO tab_web, tab_worker
  WITH CHECK (establishment_id = ANY (app.ids('write')));
CREATE POLICY record_index_alter ON record_index FOR UPDATE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));
CREATE POLICY record_index_remove ON record_index FOR DELETE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));

CREATE POLICY record_change_read ON record_change FOR SELECT TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('read')));
CREATE POLICY record_change_add ON record_change FOR INSERT TO tab_web, tab_worker
  WITH CHECK (establishment_id = ANY (app.ids('write')));
CREATE POLICY record_change_remove ON record_change FOR DELETE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('manage')));

-- a draft is its author's alone
CREATE POLICY draft_own ON draft TO tab_web
  USING (establishment_id = ANY (app.ids('write')) AND account_id = app.account())
  WITH CHECK (establishment_id = ANY (app.ids('write')) AND account_id = app.account());
CREATE POLICY draft_jobs ON draft TO tab_worker
  USING (establishment_id = ANY (app.ids('write')))
  WITH CHECK (establishment_id = ANY (app.ids('write')));

-- Full-text search behind row-level security. The operator @@ is not leakproof, so PostgreSQL evaluates it after the policies
-- and cannot use its index. This function runs as the owner, whose policy lets read, and filters by the same scope itself:
-- the establishments that the transaction may read, and no other. It gives numbers of records, nothing of their content.
CREATE POLICY record_index_search ON record_index FOR SELECT TO tab_owner USING (true);
CREATE FUNCTION app.found_records(dataset bigint, query tsquery, most integer) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT number FROM public.record_index
  WHERE words @@ query AND establishment_id = ANY (app.ids('read')) AND dataset_id = dataset
  LIMIT most
$$;
REVOKE ALL ON FUNCTION app.found_records FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.found_records TO tab_web, tab_worker;
COMMENT ON FUNCTION app.found_records IS 'Numbers of the records of a dataset, within the scope, whose words match; in no order.';
