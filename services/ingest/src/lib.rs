//! Reads MQTT and acknowledges only what the API has committed.
