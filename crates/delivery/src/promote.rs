//! `argosy promote`: the digests of one environment into the next.

mod moves;
