//! The objects of an environment, by the program `kustomize`.
//!
//! Kustomize takes a time for images that grows as images times objects. So it renders without those of the overlay itself, and they are
//! set here, where that is certain to come to the same; else it renders as it is.

#[cfg(test)]
mod comparison;
mod images;
mod layers;

use std::{collections::BTreeMap, path::Path};

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Map, Number, Value};
use tempfile::TempDir;

use self::layers::Layers;
use crate::{
    CommitId, Delivery, EnvironmentName, Error,
    process::{Call, Program},
};

const KUSTOMIZE: Program = Program {
    name: "kustomize",
    try_this: "https://kubectl.docs.kubernetes.io/installation/kustomize/ has it, or put it into PATH",
};

/// The objects of an environment, by kind and name.
pub(crate) type Objects = BTreeMap<(String, String), Value>;

/// A commit's files, as far as overlays can need them, in a folder of their own.
#[derive(Debug)]
pub(crate) struct Checkout(TempDir);

impl Checkout {
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Delivery {
    /// Writes a commit's files for Kustomize into a folder of their own.
    pub(crate) async fn checkout(&self, commit: &CommitId) -> Result<Checkout, Error> {
        let folder = TempDir::new().map_err(|source| Error::File { path: std::env::temp_dir(), source })?;
        // Overlays take what stands beside them, up to the first folder; where they stand in the root, that is everything.
        let scope = match self.config.overlays.split_once('/') {
            Some((top, _)) => vec![top],
            None => Vec::new(),
        };
        self.repository.checkout(commit, &scope, folder.path()).await?;
        Ok(Checkout(folder))
    }

    /// Renders an environment of the files in a folder.
    pub(crate) async fn render(&self, root: &Path, environment: &EnvironmentName) -> Result<Objects, Error> {
        let overlay = self.config.overlay(environment);
        match self.render_apart(root, &overlay).await {
            Some(objects) => Ok(objects),
            None => self.render_plainly(root, &overlay).await,
        }
    }

    /// Renders without the overlay's images and sets them; none where that might not come to the same, or where Kustomize fails, which is
    /// to be told of the user's own files.
    async fn render_apart(&self, root: &Path, overlay: &str) -> Option<Objects> {
        let layers = {
            let (root, overlay) = (root.to_owned(), overlay.to_owned());
            in_background(move || Layers::of(&root, &overlay)).await?
        };
        let output = self.build(layers.path(), overlay).await.ok()?;
        in_background(move || {
            let mut objects = objects(&String::from_utf8_lossy(&output)).ok()?;
            layers.set(objects.values_mut())?;
            Some(objects)
        })
        .await
    }

    /// What Kustomize says without further ado.
    async fn render_plainly(&self, root: &Path, overlay: &str) -> Result<Objects, Error> {
        let output = self.build(root, overlay).await?;
        in_background(move || objects(&String::from_utf8_lossy(&output))).await
    }

    async fn build(&self, root: &Path, overlay: &str) -> Result<Vec<u8>, Error> {
        self.kustomize()?.argument("build").argument(overlay).output(root).await
    }

    /// The program in PATH, or else the one that the repository brings.
    fn kustomize(&self) -> Result<Call, Error> {
        let call = KUSTOMIZE.call(KUSTOMIZE.in_path().as_deref(), self.repository.root());
        call.ok_or_else(|| Error::NoProgram {
            program: KUSTOMIZE.name,
            reason: "it is not in PATH".into(),
            try_this: KUSTOMIZE.try_this,
        })
    }
}

/// Does what takes a while without keeping other renderings from going on.
async fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("it is neither stopped nor does it panic")
}

/// Reads a stream of Kubernetes objects.
fn objects(yaml: &str) -> Result<Objects, Error> {
    let broken = |what: String| Error::Output { command: "kustomize build", what };
    let documents = Yaml::load_from_str(yaml).map_err(|error| broken(error.to_string()))?;
    let mut objects = Objects::new();
    for document in documents {
        let object = value(document);
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let (Some(kind), Some(name)) = (text(&object["kind"]), text(&object["metadata"]["name"])) else {
            return Err(broken("an object without a kind or a name".into()));
        };
        let key = (kind, name);
        // Two namespaces may have objects of one name.
        let key = match (objects.contains_key(&key), text(&object["metadata"]["namespace"])) {
            (true, Some(namespace)) => (key.0, format!("{namespace}/{}", key.1)),
            _ => key,
        };
        objects.insert(key, object);
    }
    Ok(objects)
}

/// YAML as JSON, which Kubernetes makes of it as well.
fn value(yaml: Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(Scalar::Boolean(value)) => Value::Bool(value),
        Yaml::Value(Scalar::Integer(value)) => Value::Number(value.into()),
        Yaml::Value(Scalar::FloatingPoint(value)) => {
            Number::from_f64(value.into_inner()).map_or(Value::Null, Value::Number)
        }
        Yaml::Value(Scalar::String(value)) => Value::String(value.into_owned()),
        Yaml::Sequence(values) => Value::Array(values.into_iter().map(value).collect()),
        Yaml::Mapping(values) => {
            let key = |key: Yaml<'_>| match value(key) {
                Value::String(key) => key,
                other => other.to_string(),
            };
            Value::Object(
                values.into_iter().map(|(name, one)| (key(name), value(one))).collect::<Map<_, _>>(),
            )
        }
        Yaml::Tagged(_, node) => value(*node),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_are_found_by_kind_and_name() {
        let yaml = "kind: A\nmetadata: {name: x, namespace: n}\nspec: [1, 1.5, true, null, \"1\", no]\n---\nkind: A\nmetadata: {name: x, namespace: m}\n";
        let objects = objects(yaml).unwrap();
        let keys: Vec<&str> = objects.keys().map(|(_, name)| name.as_str()).collect();
        assert_eq!(keys, ["m/x", "x"]);
        assert_eq!(objects[&("A".into(), "x".into())]["spec"], json!([1, 1.5, true, null, "1", "no"]));
    }

    #[test]
    fn what_is_no_object_is_an_error() {
        assert!(objects("kind: A\n").is_err());
        assert!(objects("{").is_err());
    }
}
