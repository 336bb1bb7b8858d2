-- A version that was published never changes. Part of the migration `publications_frozen`: as it was published, never changed.
-- What may change afterwards: whether it is the current one, its withdrawal, and the files of further formats; a file that
-- is named stays, until all of them go with the withdrawal.
CREATE FUNCTION app.keep_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a version that was published is never deleted' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state NOT IN ('published', 'withdrawn') OR (OLD.state = 'withdrawn' AND NEW.state <> 'withdrawn') THEN
    RAISE EXCEPTION 'a version that was published is withdrawn, or stays' USING ERRCODE = 'restrict_violation';
  END IF;
  IF (NEW.establishment_id, NEW.dataset_id, NEW.number, NEW.version_id, NEW.is_empty, NEW.period, NEW.title, NEW.revision,
      NEW.rows, NEW.left_out, NEW.added, NEW.changed, NEW.removed, NEW.sha256, NEW.size, NEW.description, NEW.verdict,
      NEW.created_at, NEW.published_at)
     IS DISTINCT FROM
     (OLD.establishment_id, OLD.dataset_id, OLD.number, OLD.version_id, OLD.is_empty, OLD.period, OLD.title, OLD.revision,
      OLD.rows, OLD.left_out, OLD.added, OLD.changed, OLD.removed, OLD.sha256, OLD.size, OLD.description, OLD.verdict,
      OLD.created_at, OLD.published_at)
  THEN
    RAISE EXCEPTION 'what was published stays as it was' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state = 'withdrawn' THEN
    IF NEW.files <> '{}'::jsonb THEN
      RAISE EXCEPTION 'a version that was withdrawn has no files' USING ERRCODE = 'restrict_violation';
    END IF;
  ELSIF NOT NEW.files @> OLD.files THEN
    RAISE EXCEPTION 'the files of a published version stay' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER publication_frozen BEFORE UPDATE OR DELETE ON publication
  FOR EACH ROW WHEN (OLD.state IN ('published', 'withdrawn')) EXECUTE FUNCTION app.keep_published();
