-- Who may do what with connections to portals, deliveries and attachments. Part of the migration `portals`: as it was
-- published, never changed.
GRANT SELECT, INSERT, UPDATE, DELETE ON connection, delivery, attachment TO tab_web, tab_worker;

ALTER TABLE connection ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE delivery ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE attachment ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- a key is given, changed and removed by those who manage
CREATE POLICY connection_read ON connection FOR SELECT TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('read')));
CREATE POLICY connection_add ON connection FOR INSERT TO tab_web, tab_worker
  WITH CHECK (establishment_id = ANY (app.ids('manage')));
CREATE POLICY connection_change ON connection FOR UPDATE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('manage')));
CREATE POLICY connection_remove ON connection FOR DELETE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('manage')));

CREATE POLICY delivery_read ON delivery FOR SELECT TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('read')));
CREATE POLICY delivery_add ON delivery FOR INSERT TO tab_web, tab_worker
  WITH CHECK (establishment_id = ANY (app.ids('write')));
CREATE POLICY delivery_change ON delivery FOR UPDATE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));
CREATE POLICY delivery_remove ON delivery FOR DELETE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));

CREATE POLICY attachment_read ON attachment FOR SELECT TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('read')));
CREATE POLICY attachment_add ON attachment FOR INSERT TO tab_web, tab_worker
  WITH CHECK (establishment_id = ANY (app.ids('write')));
CREATE POLICY attachment_change ON attachment FOR UPDATE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));
CREATE POLICY attachment_remove ON attachment FOR DELETE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));

-- Everybody may read of a document what its address needs, once a published version named it; whether one still does is a column.
GRANT SELECT (establishment_id, token, sha256, stored_name, file_name, size, is_public, published_at) ON attachment TO tab_public;
CREATE POLICY attachment_public ON attachment FOR SELECT TO tab_public
  USING (published_at IS NOT NULL);

-- The minute's round of the worker asks which establishments have a delivery to go on with, hence before any scope. This function
-- runs as the owner, whose policy lets read, and gives numbers of establishments alone.
CREATE POLICY delivery_due ON delivery FOR SELECT TO tab_owner USING (true);
CREATE FUNCTION app.due_deliveries() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT DISTINCT establishment_id FROM public.delivery WHERE next_try_at <= now() AND NOT is_suspended
$$;
REVOKE ALL ON FUNCTION app.due_deliveries FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.due_deliveries TO tab_worker;
COMMENT ON FUNCTION app.due_deliveries IS 'Establishments with a delivery to a portal that the service goes on with by now.';
