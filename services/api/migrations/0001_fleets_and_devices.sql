-- Tenants, their devices, and the certificates that devices identify themselves with.
set local lock_timeout = '5s';

-- The certificate authority above every fleet's. One row.
create table device_ca (
    id boolean primary key default true check (id),
    certificate_pem text not null,
    key_sealed bytea not null,
    created_at timestamptz not null default now()
);

create table fleets (
    id bigint generated always as identity primary key,
    name text not null,
    auto_register boolean not null default false,
    retention_days integer not null default 90,
    offline_after_seconds integer not null default 120,
    -- Signs the certificates of the fleet's devices; signed by device_ca. The key is sealed by the API's seal key.
    ca_certificate_pem text not null,
    ca_key_sealed bytea not null,
    created_at timestamptz not null default now(),
    version bigint not null default 1,
    constraint fleets_name_key unique (name),
    constraint fleets_name_check check (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    constraint fleets_retention_days_check check (retention_days between 1 and 3650),
    constraint fleets_offline_after_seconds_check check (offline_after_seconds between 5 and 86400)
);

create table devices (
    id bigint generated always as identity primary key,
    fleet_id bigint not null references fleets on delete cascade,
    name text not null,
    labels jsonb not null default '{}',
    enabled boolean not null default true,
    created_at timestamptz not null default now(),
    version bigint not null default 1,
    online boolean not null default false,
    -- 'status' once the device has published one; else presence follows from last_seen_at.
    presence_source text not null default 'last_seen',
    presence_boot bigint not null default -1,
    presence_connection bigint not null default -1,
    constraint devices_fleet_id_name_key unique (fleet_id, name),
    constraint devices_name_check check (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    constraint devices_presence_source_check check (presence_source in ('status', 'last_seen'))
);
create index devices_labels_idx on devices using gin (labels jsonb_path_ops);

create table device_credentials (
    id uuid primary key,
    device_id bigint not null references devices on delete cascade,
    fleet_id bigint not null references fleets on delete cascade,
    serial text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    constraint device_credentials_serial_key unique (serial)
);
create index device_credentials_device_id_idx on device_credentials (device_id);
-- A revoked certificate stays on the revocation list when its device is gone, until it would have expired.
create table revoked_certificates (
    serial text primary key,
    fleet_id bigint not null references fleets on delete cascade,
    revoked_at timestamptz not null,
    expires_at timestamptz not null
);

create table presence_events (
    device_id bigint not null references devices on delete cascade,
    at timestamptz not null,
    online boolean not null,
    source text not null
);
create index presence_events_device_id_at_idx on presence_events (device_id, at);
