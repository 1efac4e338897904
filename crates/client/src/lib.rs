//! Typed client of the Argosy API.
