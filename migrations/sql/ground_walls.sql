-- Who may do what. Part of the migration `ground`: as it was published, never changed.

-- Outside row-level security: what belongs to no establishment.
GRANT SELECT ON alembic_version TO tab_app, tab_web, tab_worker;

GRANT SELECT, INSERT, UPDATE, DELETE ON account, login_session, password_reset, sign_in_attempt TO tab_web;
GRANT SELECT ON account TO tab_worker;
GRANT SELECT, DELETE ON login_session, password_reset, sign_in_attempt TO tab_worker;

GRANT SELECT ON catalogue_schema, schema_version TO tab_public;
GRANT SELECT, INSERT, UPDATE, DELETE ON catalogue_schema TO tab_web, tab_worker;
GRANT SELECT, INSERT ON schema_version TO tab_web, tab_worker;
CREATE TRIGGER schema_version_immutable BEFORE UPDATE OR DELETE ON schema_version
  FOR EACH ROW EXECUTE FUNCTION app.refuse_change();

GRANT SELECT, INSERT, UPDATE, DELETE ON establishment, membership, invitation TO tab_web, tab_worker;
GRANT SELECT (id, slug, name, siren, siret, kind, departement, logo, accent, licence, contact_email, is_sandbox, search)
  ON establishment TO tab_public;
GRANT SELECT, INSERT, UPDATE, DELETE ON job_progress TO tab_web, tab_worker;
GRANT SELECT, INSERT ON journal_entry TO tab_web;
GRANT SELECT, INSERT, DELETE ON journal_entry TO tab_worker;

-- Walls between establishments. Every policy says to whom; the id 0 stands for the instance.
ALTER TABLE establishment ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE membership ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE invitation ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE job_progress ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE journal_entry ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY establishment_read ON establishment FOR SELECT TO tab_web, tab_worker
  USING (id = ANY (app.ids('read')) OR 0 = ANY (app.ids('read')));
CREATE POLICY establishment_add ON establishment FOR INSERT TO tab_web, tab_worker
  WITH CHECK (0 = ANY (app.ids('manage')));
CREATE POLICY establishment_change ON establishment FOR UPDATE TO tab_web, tab_worker
  USING (id = ANY (app.ids('manage')) OR 0 = ANY (app.ids('manage')));
CREATE POLICY establishment_remove ON establishment FOR DELETE TO tab_web, tab_worker
  USING (0 = ANY (app.ids('manage')));
CREATE POLICY establishment_public ON establishment FOR SELECT TO tab_public
  USING (NOT is_sandbox);

CREATE POLICY membership_read ON membership FOR SELECT TO tab_web, tab_worker
  USING (account_id = app.account() OR establishment_id = ANY (app.ids('manage')));
CREATE POLICY membership_add ON membership FOR INSERT TO tab_web, tab_worker
  WITH CHECK (establishment_id = ANY (app.ids('manage')));
CREATE POLICY membership_change ON membership FOR UPDATE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('manage')));
CREATE POLICY membership_remove ON membership FOR DELETE TO tab_web, tab_worker
  USING (account_id = app.account() OR establishment_id = ANY (app.ids('manage')));

CREATE POLICY invitation_all ON invitation TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('manage')))
  WITH CHECK (establishment_id = ANY (app.ids('manage')));

CREATE POLICY job_progress_read ON job_progress FOR SELECT TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('read')));
CREATE POLICY job_progress_add ON job_progress FOR INSERT TO tab_web, tab_worker
  WITH CHECK (establishment_id = ANY (app.ids('write')));
CREATE POLICY job_progress_change ON job_progress FOR UPDATE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));
CREATE POLICY job_progress_remove ON job_progress FOR DELETE TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('write')));

CREATE POLICY journal_entry_read ON journal_entry FOR SELECT TO tab_web, tab_worker
  USING (establishment_id = ANY (app.ids('manage')) OR 0 = ANY (app.ids('manage')));
CREATE POLICY journal_entry_add ON journal_entry FOR INSERT TO tab_web, tab_worker
  WITH CHECK (establishment_id = ANY (app.ids('write')));
CREATE POLICY journal_entry_expire ON journal_entry FOR DELETE TO tab_worker
  USING (at < now() - interval '180 days' AND 0 = ANY (app.ids('manage')));
