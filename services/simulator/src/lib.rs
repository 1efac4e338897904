//! A fleet of real MQTT clients, with its own ledger of what was acknowledged.
