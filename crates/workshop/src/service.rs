//! The plan of a new service: its crate, its chart, and its entry wherever services are named.

mod entries;
mod taken;

use argosy_delivery::Delivery;

use crate::{Error, NewName, Plan, Shape, Step, Write, name::check_description, templates};

/// What the template's crate takes from the workspace.
pub(crate) const DEPENDENCIES: [&str; 12] = [
    "anyhow",
    "argosy-runtime",
    "axum",
    "clap",
    "metrics",
    "reqwest",
    "serde",
    "serde_json",
    "thiserror",
    "tokio",
    "tokio-util",
    "tracing",
];

/// What a new service is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// HTTP by axum, with an example endpoint.
    Axum,
}

/// A service that is wanted.
#[derive(Debug, Clone)]
pub struct NewService {
    /// Its name.
    pub name: NewName,
    /// What it is made of.
    pub template: Template,
    /// What it does, in a sentence.
    pub description: Option<String>,
    /// Whether other changes may be in the work tree.
    pub allow_dirty: bool,
}

/// What templates are filled in with.
#[derive(Debug)]
pub(crate) struct Values {
    pub(crate) name: String,
    pub(crate) package: String,
    pub(crate) library: String,
    pub(crate) metric: String,
    pub(crate) variable: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) image: String,
    pub(crate) application: String,
    pub(crate) namespace: String,
    pub(crate) version: String,
    pub(crate) library_version: String,
    pub(crate) home: String,
}

impl Values {
    /// Those of a service of an application, without versions.
    pub(crate) fn of(name: &str, application: &str, registry: &str, description: Option<&str>) -> Self {
        let package = format!("{application}-{name}");
        let words = |text: &str| text.replace('-', "_");
        let title = format!("{} {name}", capitalised(application));
        let usual = || format!("{title}: what it does, in a sentence.");
        Self {
            name: name.to_owned(),
            library: words(&package),
            metric: words(&package),
            variable: words(&package).to_uppercase(),
            package,
            description: description.map_or_else(usual, str::to_owned),
            title,
            image: format!("{registry}/{name}"),
            application: application.to_owned(),
            namespace: application.to_owned(),
            version: String::new(),
            library_version: String::new(),
            home: String::new(),
        }
    }

    /// By the names that templates have for them.
    pub(crate) fn pairs(&self) -> [(&'static str, &str); 13] {
        [
            ("name", &self.name),
            ("package", &self.package),
            ("library", &self.library),
            ("metric", &self.metric),
            ("variable", &self.variable),
            ("title", &self.title),
            ("description", &self.description),
            ("image", &self.image),
            ("application", &self.application),
            ("namespace", &self.namespace),
            ("version", &self.version),
            ("library_version", &self.library_version),
            ("home", &self.home),
        ]
    }
}

impl NewService {
    /// Plans it; refuses a name that is taken, a work tree with changes, and a repository of another shape. Nothing is written.
    pub async fn plan(&self, delivery: &Delivery) -> Result<Plan, Error> {
        self.description.as_deref().map_or(Ok(()), check_description)?;
        let shape = Shape::of(delivery)?;
        let missing = shape.missing_dependencies(&DEPENDENCIES);
        if !missing.is_empty() {
            let missing = format!("[workspace.dependencies] of Cargo.toml has no {}", missing.join(", "));
            return Err(Error::OtherShape { missing });
        }
        let values = self.values(&shape)?;
        taken::refuse(&shape, &values.name, &values.package)?;
        if !self.allow_dirty {
            let changed = delivery.repository().changed_files(&["."]).await?;
            if let Some(example) = changed.first() {
                return Err(Error::Dirty { count: changed.len(), example: example.clone() });
            }
        }
        Ok(Plan {
            writes: writes(self.template.folder(), &values, shape.has(entries::CERTIFICATES))?,
            edits: entries::edits(&shape, &values)?,
            steps: steps(&values.package),
        })
    }

    fn values(&self, shape: &Shape) -> Result<Values, Error> {
        let (application, registry) = (shape.application(), &shape.config().registry);
        let values = Values::of(self.name.as_str(), application, registry, self.description.as_deref());
        Ok(Values {
            version: shape.version().to_owned(),
            library_version: shape.library("version")?.unwrap_or_else(|| shape.version().to_owned()),
            home: shape.library("home")?.unwrap_or_default(),
            ..values
        })
    }
}

impl Template {
    /// Its folder.
    fn folder(self) -> &'static str {
        match self {
            Self::Axum => "axum",
        }
    }
}

/// The files of a service, of the template in this folder.
pub(crate) fn writes(template: &str, values: &Values, with_certificate: bool) -> Result<Vec<Write>, Error> {
    let name = &values.name;
    let mut writes = Vec::new();
    for (path, text) in templates::fill(template, &values.pairs())? {
        let path = match path.split_once('/') {
            Some(("service", rest)) => format!("services/{name}/{rest}"),
            Some(("chart", rest)) => format!("charts/{name}/{rest}"),
            _ if path == "values.yaml" => format!("kustomize/values/{name}.yaml"),
            _ if path == "certificate.yaml" && with_certificate => {
                format!("kustomize/components/tls-self-signed/{name}.yaml")
            }
            _ => continue,
        };
        writes.push(Write::file(path, text));
    }
    let link = Some("../../library".to_owned());
    writes.push(Write { link, ..Write::file(format!("charts/{name}/charts/library"), String::new()) });
    writes.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(writes)
}

/// What other programs make of what was written.
pub(crate) fn steps(package: &str) -> Vec<Step> {
    let metadata = ["cargo", "metadata", "--format-version=1"];
    let mut lock = Step::new(&[&metadata[..], &["--offline"]].concat(), "names the new crate in Cargo.lock");
    lock.otherwise = Some(metadata.map(str::to_owned).to_vec());
    vec![
        lock,
        Step::new(&["cargo", "fmt", "--package", package], "breaks lines where the new names want it"),
        Step::new(&["scripts/charts-docs"], "writes the chart's schema and its table of values"),
        Step::new(&["scripts/render"], "writes kustomize/base"),
    ]
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}
