-- first_account_lock --
-- Whoever makes an account waits for others who do: there is one first account.
SELECT pg_advisory_xact_lock(7021935)

-- has_accounts --
-- Whether anybody has an account.
SELECT EXISTS (SELECT FROM users) AS has_accounts

-- by_email --
-- Who has this address, and the hash of their password.
SELECT user_id, password_hash, email_is_verified FROM users WHERE email = %(email)s

-- by_identity --
-- Whose this account elsewhere is.
SELECT user_id FROM identities WHERE issuer = %(issuer)s AND subject = %(subject)s

-- member_by_identity --
-- Whose this account elsewhere is, in the tenant that they have been in the longest.
SELECT i.user_id, m.tenant_id, m.role
FROM identities i JOIN memberships m USING (user_id)
WHERE i.issuer = %(issuer)s AND i.subject = %(subject)s
ORDER BY m.created_at, m.tenant_id
LIMIT 1

-- insert --
-- A new person; nothing when the address is taken.
INSERT INTO users (email, email_is_verified, name, password_hash, password_changed_at)
VALUES (%(email)s, %(email_is_verified)s, %(name)s, %(password_hash)s,
        CASE WHEN %(password_hash)s::text IS NOT NULL THEN now() END)
ON CONFLICT (email) DO NOTHING
RETURNING user_id

-- insert_tenant --
-- A new tenant with its owner.
WITH tenant AS (
    INSERT INTO tenants (name) VALUES (%(name)s) RETURNING tenant_id
), membership AS (
    INSERT INTO memberships (tenant_id, user_id, role)
    SELECT tenant_id, %(user_id)s, 'owner' FROM tenant
)
SELECT tenant_id FROM tenant

-- insert_identity --
-- An account elsewhere; nothing when it is somebody's already.
INSERT INTO identities (user_id, issuer, subject, provider, email)
VALUES (%(user_id)s, %(issuer)s, %(subject)s, %(provider)s, %(email)s)
ON CONFLICT (issuer, subject) DO NOTHING
RETURNING identity_id

-- profile --
-- Who the user is.
SELECT user_id, email, name, birthday, password_hash IS NOT NULL AS has_password, created_at
FROM users WHERE user_id = %(user_id)s

-- rename --
-- Another name.
UPDATE users SET name = %(name)s WHERE user_id = %(user_id)s

-- password_hash --
-- The hash of the user's password.
SELECT password_hash FROM users WHERE user_id = %(user_id)s

-- set_password --
-- Another password.
UPDATE users SET password_hash = %(password_hash)s, password_changed_at = now()
WHERE user_id = %(user_id)s

-- rehash --
-- The same password hashed by today's measure, unless it was changed meanwhile.
UPDATE users SET password_hash = %(password_hash)s
WHERE user_id = %(user_id)s AND password_hash = %(before)s

-- set_birthday --
-- What a provider told with the person's consent.
UPDATE users SET birthday = %(birthday)s WHERE user_id = %(user_id)s

-- identities --
-- The user's accounts elsewhere, in the order in which they came.
SELECT identity_id, provider, email, created_at FROM identities
WHERE user_id = %(user_id)s
ORDER BY created_at, identity_id
LIMIT %(limit)s

-- unlink --
-- One account elsewhere less, unless nothing would be left to sign in with.
DELETE FROM identities i
WHERE i.user_id = %(user_id)s AND i.identity_id = %(identity_id)s
    AND (EXISTS (SELECT FROM users u WHERE u.user_id = i.user_id AND u.password_hash IS NOT NULL)
        OR EXISTS (SELECT FROM identities o
                   WHERE o.user_id = i.user_id AND o.identity_id <> i.identity_id))
RETURNING identity_id
