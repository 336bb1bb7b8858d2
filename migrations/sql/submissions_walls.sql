-- Who may do what with imports. Part of the migration `submissions`: as it was published, never changed.
GRANT SELECT, INSERT, UPDATE, DELETE ON submission, submission_row, column_memory TO tab_web, tab_worker;

ALTER TABLE submission ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE submission_row ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE column_memory ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY submission_read ON submission FOR SELECT TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('read')));
CREATE POLICY submission_add ON submission FOR INSERT TO tab_web, tab_worker
  WITH CHECK (establishment_id = ANY (app.ids('write')));
CREATE POLICY submission_change ON submission FOR UPDATE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));
CREATE POLICY submission_remove ON submission FOR DELETE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));

CREATE POLICY submission_row_read ON submission_row FOR SELECT TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('read')));
CREATE POLICY submission_row_add ON submission_row FOR INSERT TO tab_web, tab_worker
  WITH CHECK (establishment_id = ANY (app.ids('write')));
CREATE POLICY submission_row_change ON submission_row FOR UPDATE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));
CREATE POLICY submission_row_remove ON submission_row FOR DELETE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));

CREATE POLICY column_memory_read ON column_memory FOR SELECT TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('read')));
CREATE POLICY column_memory_add ON column_memory FOR INSERT TO tab_web, tab_worker
  WITH CHECK (establishment_id = ANY (app.ids('write')));
CREATE POLICY column_memory_change ON column_memory FOR UPDATE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));
CREATE POLICY column_memory_remove ON column_memory FOR DELETE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));
