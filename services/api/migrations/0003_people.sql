-- Who may do what, and what they did.
set local lock_timeout = '5s';

create table users (
    id uuid primary key,
    -- NULL: every fleet.
    fleet_id bigint references fleets on delete cascade,
    email text not null,
    password_hash text not null,
    role text not null,
    created_at timestamptz not null default now(),
    last_sign_in_at timestamptz,
    constraint users_email_key unique (email),
    constraint users_email_check check (email = lower(email)),
    constraint users_role_check check (role in ('viewer', 'operator', 'admin'))
);

-- Secrets are kept as their SHA-256: they are 256 random bits, so a slow hash would add nothing.
create table sessions (
    secret_hash bytea primary key,
    user_id uuid not null references users on delete cascade,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
);
create index sessions_user_id_idx on sessions (user_id);

create table api_tokens (
    id uuid primary key,
    fleet_id bigint references fleets on delete cascade,
    name text not null,
    secret_hash bytea not null,
    scopes text[] not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    last_used_at timestamptz,
    constraint api_tokens_secret_hash_key unique (secret_hash),
    constraint api_tokens_scopes_check check (scopes <@ array['read', 'write', 'ingest', 'admin'] and cardinality(scopes) > 0)
);

create table audit_log (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    actor text not null,
    fleet_id bigint references fleets on delete set null,
    action text not null,
    resource text not null,
    detail jsonb not null default '{}'
);
create index audit_log_fleet_id_id_idx on audit_log (fleet_id, id);
