-- Who may do what with publications. Part of the migration `publications`: as it was published, never changed.
GRANT SELECT, INSERT, UPDATE, DELETE ON publication, publishing TO tab_web, tab_worker;

ALTER TABLE publication ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE publishing ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY publication_read ON publication FOR SELECT TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('read')));
CREATE POLICY publication_add ON publication FOR INSERT TO tab_web, tab_worker
  WITH CHECK (establishment_id = ANY (app.ids('write')));
CREATE POLICY publication_change ON publication FOR UPDATE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));
CREATE POLICY publication_remove ON publication FOR DELETE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));

CREATE POLICY publishing_read ON publishing FOR SELECT TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('read')));
CREATE POLICY publishing_add ON publishing FOR INSERT TO tab_web, tab_worker
  WITH CHECK (establishment_id = ANY (app.ids('write')));
CREATE POLICY publishing_change ON publishing FOR UPDATE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));
CREATE POLICY publishing_remove ON publishing FOR DELETE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));

-- What everybody may read: versions that were published, the addresses of datasets that have one, and nothing else of theirs.
-- A « bac à sable » publishes nothing; the policy of establishments hides it, and publication is refused to it.
GRANT SELECT (establishment_id, dataset_id, number, version_id, state, is_current, is_empty, period, title, rows, left_out,
              added, changed, removed, sha256, size, files, description, reason, published_at, withdrawn_at)
  ON publication TO tab_public;
GRANT SELECT (establishment_id, id, slug, title, version_id, published_at) ON dataset TO tab_public;
CREATE POLICY publication_public ON publication FOR SELECT TO tab_public
  USING (state IN ('published', 'withdrawn'));
CREATE POLICY dataset_public ON dataset FOR SELECT TO tab_public
  USING (published_at IS NOT NULL);
