//! Real PostgreSQL, Redis, Mosquitto and whole services for tests.
