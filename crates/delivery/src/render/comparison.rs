//! That what is set here is what Kustomize would have set: for this repository's own overlays, and for made-up ones.

use std::{fmt::Write as _, fs, path::Path};

use proptest::{prelude::*, sample::select};
use tempfile::TempDir;

use super::*;

const DIGEST: &str = "@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3";

/// Of this repository: which root is rendered is said each time.
async fn delivery() -> Option<Delivery> {
    let delivery = Delivery::open(env!("CARGO_MANIFEST_DIR").as_ref()).await.unwrap();
    let version = delivery.kustomize().ok()?.argument("version").output(delivery.repository.root()).await;
    if version.is_err() {
        eprintln!("there is no kustomize: not tested");
    }
    version.ok().map(|_| delivery)
}

fn write(root: &TempDir, file: &str, text: &str) {
    let path = root.path().join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Whether it could be taken apart, having seen that it comes to the same.
async fn compare(delivery: &Delivery, root: &Path, overlay: &str) -> bool {
    let apart = delivery.render_apart(root, overlay).await;
    let plainly = delivery.render_plainly(root, overlay).await;
    match (&apart, plainly) {
        (Some(apart), Ok(plainly)) => assert_eq!(*apart, plainly),
        (Some(apart), Err(error)) => panic!("Kustomize fails: {error}; here it is {apart:?}"),
        (None, _) => {}
    }
    apart.is_some()
}

#[tokio::test]
async fn this_repository_is_rendered_the_same() {
    let Some(delivery) = delivery().await else { return };
    for environment in &delivery.config.environments {
        let overlay = delivery.config.overlay(&environment.name);
        assert!(
            compare(&delivery, delivery.repository.root(), &overlay).await,
            "{overlay} is not taken apart"
        );
    }
}

/// What an image can be called, so that some are taken for others: a dot stands for any character.
fn name() -> impl Strategy<Value = &'static str> {
    select(vec![
        "nginx",
        "api",
        "a.i",
        "r.example/api",
        "r-example/api",
        "r.example:5000/api",
        "r.example/x/api",
        "r.example:5000",
    ])
}

fn image() -> impl Strategy<Value = String> {
    let rest = select(vec!["", ":v1", ":1.25", ":", DIGEST, "@sha256:0"]);
    (name(), rest, any::<bool>()).prop_map(|(name, rest, both)| {
        if both { format!("{name}:v2{DIGEST}") } else { format!("{name}{rest}") }
    })
}

/// An entry under `images:`.
fn entry() -> impl Strategy<Value = String> {
    let tag = select(vec!["v3", "1.26.1", "\"1.26\"", "latest", "no"]);
    (name(), prop::option::of(name()), prop::option::of(tag), any::<bool>()).prop_map(
        |(name, new, tag, by_digest)| {
            let mut text = format!("  - name: {name}\n");
            for (key, value) in
                [("newName", new), ("newTag", tag), ("digest", by_digest.then_some(&DIGEST[1..]))]
            {
                if let Some(value) = value {
                    writeln!(text, "    {key}: {value}").unwrap();
                }
            }
            text
        },
    )
}

fn entries() -> impl Strategy<Value = String> {
    prop::collection::vec(entry(), 1..5).prop_map(|entries| format!("images:\n{}", entries.concat()))
}

/// Objects with images where Kustomize looks for them, and where it does not.
fn objects_of(prefix: &str, images: &[String]) -> String {
    let mut text = String::new();
    for (number, image) in images.iter().enumerate() {
        let pod = format!(
            "{{containers: [{{name: a, image: \"{image}\"}}, {{name: b}}], initContainers: [{{name: c, image: \"{image}\"}}], volumes: [{{name: v, image: {{reference: \"{image}\"}}}}]}}"
        );
        let (kind, spec) = match number % 5 {
            0 => (
                "apps/v1\nkind: Deployment",
                format!("{{template: {{metadata: {{annotations: {{}}}}, spec: {pod}}}}}"),
            ),
            1 => ("v1\nkind: Pod", pod),
            2 => (
                "batch/v1\nkind: CronJob",
                format!("{{jobTemplate: {{spec: {{template: {{spec: {pod}}}}}}}}}"),
            ),
            3 => (
                "example/v1\nkind: Thing",
                format!("{{image: \"{image}\", deep: [{{containers: [{{image: \"{image}\"}}]}}]}}"),
            ),
            _ => (
                "apiextensions.k8s.io/v1\nkind: CustomResourceDefinition",
                format!("{{containers: [{{image: \"{image}\"}}]}}"),
            ),
        };
        writeln!(
            text,
            "apiVersion: {kind}\nmetadata: {{name: {prefix}{number}, annotations: {{}}}}\nspec: {spec}\n---"
        )
        .unwrap();
    }
    text
}

/// An overlay of two parts, the second with a component, and images in each place.
fn write_overlay(root: &TempDir, images: &[String], entries: &[String; 4], top: &str) {
    write(root, "k/base/objects.yaml", &objects_of("base", images));
    write(root, "k/base/kustomization.yaml", "resources: [objects.yaml]\n");
    write(root, "k/component/objects.yaml", &objects_of("component", images));
    let component = format!(
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [objects.yaml]\n{}",
        entries[0]
    );
    write(root, "k/component/kustomization.yaml", &component);
    write(root, "k/overlays/x/one/objects.yaml", &objects_of("one", images));
    write(root, "k/overlays/x/one/kustomization.yaml", &format!("{}resources: [objects.yaml]\n", entries[1]));
    let two = format!(
        "resources: [../../../base]\n{}components: [../../../component]\nnamePrefix: two-\n",
        entries[2]
    );
    write(root, "k/overlays/x/two/kustomization.yaml", &two);
    write(
        root,
        "k/overlays/x/kustomization.yaml",
        &format!("resources: [one, two]\nnamespace: x\n{}{top}", entries[3]),
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn made_up_overlays_are_rendered_the_same(
        images in prop::collection::vec(image(), 10),
        entries in [entries(), entries(), entries(), entries()],
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let Some(delivery) = delivery().await else { return };
            let root = TempDir::new().unwrap();
            write_overlay(&root, &images, &entries, "");
            let is_apart = compare(&delivery, root.path(), "k/overlays/x").await;
            // Whether these are text depends on the quotes, so it is for Kustomize to say: it takes the first for no text, wherever it is. The
            // second in a component is its own matter.
            let is_open = entries.iter().any(|text| text.contains("newTag: no"))
                || entries[1..].iter().any(|text| text.contains("newTag: \"1.26\""));
            assert_eq!(is_apart, !is_open);
        });
    }
}

/// Whatever comes after images is left to Kustomize, and images within it are.
#[tokio::test]
async fn what_is_certain_only_to_kustomize_is_left_to_it() {
    let Some(delivery) = delivery().await else { return };
    let images = vec!["api:v1".to_owned(); 5];
    let entries = ["v2", "v3", "v4", "v5"].map(|tag| format!("images:\n  - {{name: api, newTag: {tag}}}\n"));
    let none = [entries[0].clone(), entries[1].clone(), entries[2].clone(), String::new()];
    let patch = "patches:\n  - target: {kind: Pod}\n    patch: |-\n      - op: replace\n        path: /spec/containers/0/image\n        value: api:v9\n";
    let replacement = "replacements:\n  - source: {kind: Pod, name: one1, fieldPath: spec.containers.0.image}\n    targets: [{select: {kind: Thing}, fieldPaths: [spec.image]}]\n";
    let root = |entries: &[String; 4], top: &str| {
        let root = TempDir::new().unwrap();
        write_overlay(&root, &images, entries, top);
        root
    };
    // A patch is before the images beside it, and after those further in, which stay where they are.
    for (entries, top, is_apart) in [
        (&entries, patch, true),
        (&none, patch, false),
        (&entries, replacement, false),
        (&none, "transformers: []\n", false),
        (&none, "buildMetadata: [originAnnotations]\n", false),
        (&none, "components: [../../component]\n", false),
    ] {
        let root = root(entries, top);
        assert_eq!(compare(&delivery, root.path(), "k/overlays/x").await, is_apart, "{top}");
    }
    let odd = [
        ("{resources: [objects.yaml], images: [{name: api, newTag: v6}]}\n", false),
        ("resources: [objects.yaml]\nimages: &a\n- name: api\n  newTag: v6\n# Behind.\n", true),
        (
            "# Before.\nimages: # here\n\n  # There.\n  - name: api\n    newTag: v6\nresources: [objects.yaml]",
            true,
        ),
        ("resources: [objects.yaml]\nimages:\n  - {name: api, tagSuffix: -x}\n", false),
        ("resources: [objects.yaml]\nimages:\n  - {name: 'a*', newTag: v6}\n", false),
        ("resources: [objects.yaml]\nvars: []\nimages:\n  - {name: api, newTag: v6}\n", false),
    ];
    for (text, is_apart) in odd {
        let root = TempDir::new().unwrap();
        write(&root, "x/objects.yaml", &objects_of("x", &images));
        write(&root, "x/kustomization.yaml", text);
        assert_eq!(compare(&delivery, root.path(), "x").await, is_apart, "{text}");
    }
    // An image that is no text is an error of Kustomize's.
    let root = root(&entries, "");
    write(
        &root,
        "k/base/objects.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: {x: y}}]}\n",
    );
    assert!(!compare(&delivery, root.path(), "k/overlays/x").await);
}
