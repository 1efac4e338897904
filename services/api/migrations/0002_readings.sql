-- The path of a reading. Every table carries its device first in its key, so that it can be distributed by device.
set local lock_timeout = '5s';

-- One row a device, made with the device. It is also the lock that a batch takes on the device (in device order).
-- values: {"<key>": {"t": <milliseconds>, "v": <value>}}
create table latest_values (
    device_id bigint primary key references devices on delete cascade,
    last_seen_at timestamptz,
    ts timestamptz,
    values jsonb not null default '{}'
) with (fillfactor = 50);

-- The ledger: which sequence numbers of a boot are stored.
create table device_streams (
    device_id bigint not null references devices on delete cascade,
    boot bigint not null,
    received int8multirange not null default '{}',
    received_count bigint not null default 0,
    highest bigint not null default 0,
    duplicates bigint not null default 0,
    primary key (device_id, boot)
) with (fillfactor = 50);

-- No foreign key: it would cost a look-up a row, and a deleted device's readings go with its partitions.
create table readings (
    device_id bigint not null,
    ts timestamptz not null,
    received_at timestamptz not null,
    boot bigint,
    seq bigint,
    values jsonb not null
) partition by range (ts);
create index readings_device_id_ts_idx on readings (device_id, ts);

-- values: {"<key>": [count of all, count of numbers, sum, min, max, first value, its time in ms, last value, its time in ms]}
create table rollups (
    device_id bigint not null,
    minute timestamptz not null,
    values jsonb not null,
    primary key (device_id, minute)
) partition by range (minute);

-- Minutes whose rollup is not (rollup_dirty) or not yet (rollup_claims) what their readings say.
create table rollup_dirty (
    device_id bigint not null,
    minute timestamptz not null,
    primary key (device_id, minute)
);
create table rollup_claims (
    device_id bigint not null,
    minute timestamptz not null,
    -- Transactions older than this one may still add rows to the minute without marking it.
    settled_by bigint,
    primary key (device_id, minute)
);

create table dead_letters (
    id bigint generated always as identity primary key,
    fleet_id bigint references fleets on delete cascade,
    device_name text,
    topic text not null,
    reason text not null,
    detail text not null,
    received_at timestamptz not null,
    last_received_at timestamptz not null,
    occurrences bigint not null default 1,
    payload bytea not null,
    payload_bytes bigint not null,
    -- SHA-256 of topic, reason and payload: a payload that comes again is counted, not kept again.
    digest bytea not null,
    constraint dead_letters_digest_key unique (digest)
);
create index dead_letters_fleet_id_id_idx on dead_letters (fleet_id, id);

-- What came in by ten seconds: a statistic written behind the commit, not the truth.
create table traffic (
    fleet_id bigint not null references fleets on delete cascade,
    at timestamptz not null,
    messages bigint not null default 0,
    points bigint not null default 0,
    duplicates bigint not null default 0,
    dead_letters bigint not null default 0,
    primary key (fleet_id, at)
);

-- Makes the partitions of one day (UTC) where they are missing. Attaching, unlike CREATE TABLE ... PARTITION OF, lets
-- readers and writers of the parent go on.
create function ensure_day_partitions(day date) returns void language plpgsql as $$
declare
    parent text;
    child text;
    starts timestamptz := day::timestamp at time zone 'UTC';
    ends timestamptz := (day + 1)::timestamp at time zone 'UTC';
begin
    perform pg_advisory_xact_lock(hashtextextended('argosy.partitions', 0));
    foreach parent in array array['readings', 'rollups'] loop
        child := format('%s_%s', parent, to_char(day, 'YYYYMMDD'));
        if to_regclass(child) is null then
            execute format('create table %I (like %I including defaults including constraints)', child, parent);
            execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, child, starts, ends);
        end if;
    end loop;
end;
$$;

-- Newest value by key where either side may be older: the slow path of late data.
create function merge_latest(old jsonb, new jsonb) returns jsonb language sql immutable parallel safe as $$
    select old || coalesce(jsonb_object_agg(n.key, n.value), '{}')
    from jsonb_each(new) n
    where not old ? n.key or (old -> n.key ->> 't')::bigint <= (n.value ->> 't')::bigint;
$$;
