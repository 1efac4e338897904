//! An image's manifest or index, and the attestations in it as BuildKit stores them
//! (<https://docs.docker.com/build/metadata/attestations/attestation-storage/>).

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::Digest;

/// What says that a manifest of an index is no image.
const REFERENCE_TYPE: &str = "vnd.docker.reference.type";
/// What says of which image it is.
const REFERENCE_DIGEST: &str = "vnd.docker.reference.digest";
/// What says what a layer claims.
const PREDICATE_TYPE: &str = "in-toto.io/predicate-type";

/// A manifest, which is an index where it lists manifests.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest {
    schema_version: u32,
    #[serde(default)]
    manifests: Vec<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
    config: Option<Descriptor>,
}

#[derive(Debug, Deserialize)]
struct Descriptor {
    digest: Digest,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
    platform: Option<Platform>,
}

#[derive(Debug, Deserialize)]
struct Platform {
    os: String,
    architecture: String,
    variant: Option<String>,
}

/// An image of an index, and where what is claimed about it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Attestation {
    /// `linux/amd64`.
    pub(crate) platform: String,
    /// The image.
    pub(crate) image: Digest,
    /// The manifests of its attestations.
    pub(crate) manifests: Vec<Digest>,
}

impl Manifest {
    /// Reads a manifest; why not, where that cannot be.
    pub(super) fn parse(body: &[u8]) -> Result<Self, String> {
        let manifest: Self = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        if manifest.schema_version != 2 {
            return Err(format!("its schema is version {}, not 2", manifest.schema_version));
        }
        if manifest.manifests.is_empty() && manifest.config.is_none() {
            return Err("it lists neither manifests nor a configuration".into());
        }
        Ok(manifest)
    }

    /// What it is, in words.
    pub(crate) fn describe(&self) -> String {
        let images = self.attestations();
        if images.is_empty() {
            return format!("a manifest of {} layers", self.layers.len());
        }
        format!(
            "an index for {}",
            images.iter().map(|image| image.platform.as_str()).collect::<Vec<_>>().join(", ")
        )
    }

    /// The images of an index, with their attestations; none of a single manifest.
    pub(crate) fn attestations(&self) -> Vec<Attestation> {
        let is_attestation = |descriptor: &&Descriptor| {
            descriptor.annotations.get(REFERENCE_TYPE).is_some_and(|kind| kind == "attestation-manifest")
        };
        let images = self.manifests.iter().filter(|descriptor| !is_attestation(descriptor));
        let of = |image: &Digest| {
            let is_about = |descriptor: &&Descriptor| {
                descriptor.annotations.get(REFERENCE_DIGEST).is_some_and(|digest| digest == image.as_str())
            };
            self.manifests
                .iter()
                .filter(is_attestation)
                .filter(is_about)
                .map(|about| about.digest.clone())
                .collect()
        };
        images
            .map(|image| Attestation {
                platform: image.platform.as_ref().map_or_else(|| "unknown".into(), Platform::name),
                image: image.digest.clone(),
                manifests: of(&image.digest),
            })
            .collect()
    }

    /// What an attestation's manifest claims, and where.
    pub(crate) fn claims(&self) -> Vec<(&str, &Digest)> {
        let claims = self.layers.iter();
        claims
            .filter_map(|layer| Some((layer.annotations.get(PREDICATE_TYPE)?.as_str(), &layer.digest)))
            .collect()
    }
}

impl Platform {
    fn name(&self) -> String {
        let Self { os, architecture, variant } = self;
        variant.as_ref().map_or_else(
            || format!("{os}/{architecture}"),
            |variant| format!("{os}/{architecture}/{variant}"),
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn digest(digit: char) -> String {
        format!("sha256:{}", digit.to_string().repeat(64))
    }

    #[test]
    fn an_attestation_belongs_to_the_image_that_it_names() {
        let attestation = |digit, of| {
            json!({"digest": digest(digit), "platform": {"os": "unknown", "architecture": "unknown"},
                   "annotations": {REFERENCE_TYPE: "attestation-manifest", REFERENCE_DIGEST: digest(of)}})
        };
        let index = json!({"schemaVersion": 2, "manifests": [
            {"digest": digest('1'), "platform": {"os": "linux", "architecture": "amd64"}},
            {"digest": digest('2'), "platform": {"os": "linux", "architecture": "arm", "variant": "v7"}},
            attestation('3', '1'),
        ]});
        let manifest = Manifest::parse(index.to_string().as_bytes()).unwrap();
        let found = manifest.attestations();
        assert_eq!((found[0].platform.as_str(), found[0].manifests.len()), ("linux/amd64", 1));
        assert_eq!((found[1].platform.as_str(), found[1].manifests.len()), ("linux/arm/v7", 0));
        assert_eq!(manifest.describe(), "an index for linux/amd64, linux/arm/v7");
    }

    #[test]
    fn what_is_no_manifest_says_why() {
        for (body, says) in [
            ("<html>", "expected value"),
            ("{}", "schemaVersion"),
            (r#"{"schemaVersion": 1, "manifests": []}"#, "version 1"),
            (r#"{"schemaVersion": 2}"#, "neither manifests nor a configuration"),
            (r#"{"schemaVersion": 2, "manifests": [{"digest": "sha512:1"}]}"#, "sha512:1"),
        ] {
            let error = Manifest::parse(body.as_bytes()).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}
