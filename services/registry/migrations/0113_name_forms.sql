-- migrate:up

-- The normal form of every name and alias of an open organization, once: two spellings of one name are one unit's.
CREATE TABLE organization_form (
    form            text PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organization
);
CREATE INDEX organization_form_owner ON organization_form (organization_id);

-- As normal_form in names.py. Of twins that stand already the first keeps the form, and both stay.
INSERT INTO organization_form (form, organization_id)
SELECT DISTINCT ON (form) form, organization_id
  FROM (SELECT lower(translate(
                   regexp_replace(normalize(name, NFKC), '[\s\u200b-\u200f\u2060\ufeff"''`“”‘’「」『』〝〞]', '', 'g'),
                   '[]{}<>【】〔〕〖〗〈〉《》', '()()()()()()()()')) AS form,
               organization_id
          FROM organization_name) AS named
 ORDER BY form, organization_id;

-- migrate:down
