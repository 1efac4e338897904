//! The argosy command: run the stack locally.
