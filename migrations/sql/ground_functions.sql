-- What policies and generated columns call. Part of the migration `ground`: as it was published, never changed.
CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO tab_app, tab_web, tab_worker, tab_public;

CREATE FUNCTION app.ids(kind text) RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('app.' || kind, true), ''), '{}')::bigint[] $$;
COMMENT ON FUNCTION app.ids IS 'Establishments that the transaction may read, write or manage; none when nothing was said.';

CREATE FUNCTION app.account() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('app.account', true), '')::bigint $$;
COMMENT ON FUNCTION app.account IS 'The account the transaction works for; null when nobody is signed in.';

CREATE FUNCTION app.fold(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT replace(replace(replace(
    lower(regexp_replace(normalize(value, NFD), '[\u0300-\u036f]', '', 'g')), 'œ', 'oe'), 'æ', 'ae'), '’', '''')
$$;
COMMENT ON FUNCTION app.fold IS 'Text without accents or case, as it is searched and sorted.';

CREATE FUNCTION app.words(list text[]) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT array_to_string(list, ' ') $$;
COMMENT ON FUNCTION app.words IS 'array_to_string of texts, which never changes: fit for a generated column.';

CREATE FUNCTION app.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is immutable', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
