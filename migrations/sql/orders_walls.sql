-- Who may do what with the sort keys of further columns. Part of the migration `orders`: as it was published, never changed.
GRANT SELECT, INSERT, UPDATE, DELETE ON record_order TO tab_web, tab_worker;
ALTER TABLE record_order ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY record_order_read ON record_order FOR SELECT TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('read')));
CREATE POLICY record_order_add ON record_order FOR INSERT TO tab_web, tab_worker
  WITH CHECK (establishment_id = ANY (app.ids('write')));
CREATE POLICY record_order_alter ON record_order FOR UPDATE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));
CREATE POLICY record_order_remove ON record_order FOR DELETE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));
