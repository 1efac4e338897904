//! REST over PostgreSQL and Redis: the only service that touches either.
