//! What every Argosy service needs to run: configuration, telemetry, admin port, TLS, signals and drain.
