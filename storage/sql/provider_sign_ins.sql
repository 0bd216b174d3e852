-- insert --
-- A person is sent to a provider.
INSERT INTO provider_sign_ins
    (state_hash, browser_hash, provider, nonce, verifier, user_id, invitation, next_path)
VALUES (%(state_hash)s, %(browser_hash)s, %(provider)s, %(nonce)s, %(verifier)s, %(user_id)s,
        %(invitation)s, %(next_path)s)

-- take --
-- They come back: once, in time, and in the same browser.
DELETE FROM provider_sign_ins
WHERE state_hash = %(state_hash)s AND browser_hash = %(browser_hash)s
    AND provider = %(provider)s AND created_at > now() - make_interval(secs => %(good_s)s)
RETURNING nonce, verifier, user_id, invitation, next_path
