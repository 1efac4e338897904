//! The plan of a new application: a repository of this shape with one service, and its entry at the platform.

mod copied;
mod manifest;
mod platform;

use std::path::{Path, PathBuf};

use argosy_delivery::Delivery;

use crate::{
    Error, NewName, Plan, Shape, Step, Write,
    name::check_description,
    service::{self, Values},
    templates,
};

/// Its environments, in the order that a commit passes them.
const ENVIRONMENTS: [&str; 3] = ["local", "dev", "prod"];

/// An application that is wanted.
#[derive(Debug, Clone)]
pub struct NewApplication {
    /// Its name: of its namespace, and what the names of its crates begin with.
    pub name: NewName,
    /// The name of its first service.
    pub service: NewName,
    /// What it does, in a sentence.
    pub description: Option<String>,
    /// The folder that becomes its repository; it must not be there, or be empty.
    pub into: PathBuf,
    /// Registry and folder of its images; left out, beside those of the repository that it is made of.
    pub registry: Option<String>,
    /// The address by which Argo CD reads its repository; left out, beside that of the repository that it is made of.
    pub repository: Option<String>,
}

/// What is to be done for it.
#[derive(Debug, Clone)]
pub struct ApplicationPlan {
    /// In its own folder.
    pub own: Plan,
    /// In the platform's repository, where there is one.
    pub platform: Option<Plan>,
}

impl NewApplication {
    /// Plans it, as a copy of what a repository shares; refuses a folder that has something in it. Nothing is written.
    pub async fn plan(
        &self,
        source: &Delivery,
        platform: Option<&Delivery>,
    ) -> Result<ApplicationPlan, Error> {
        self.description.as_deref().map_or(Ok(()), check_description)?;
        if self.into.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
            let place = format!("{} has something in it", self.into.display());
            return Err(Error::Taken { name: self.name.to_string(), place });
        }
        let shape = Shape::of(source)?;
        let values = self.values(&shape);
        let commit = source.repository().resolve("HEAD").await?;
        let mut writes = copied::copies(&shape, &values)?;
        writes.extend(self.made(
            &shape,
            &values,
            &format!("{} at {}", shape.library("home")?.unwrap_or_default(), commit.short()),
        )?);
        writes.sort_by(|one, other| one.path.cmp(&other.path));
        let mut steps =
            vec![Step::new(&["git", "init", "--quiet", "--initial-branch=main"], "begins a repository")];
        steps.extend(service::steps(&values.package));
        steps.push(Step::new(&["git", "add", "--all"], "takes all of it"));
        steps.push(Step::new(&["git", "commit", "--quiet", "--message", "Begin"], "makes the first commit"));
        let repository = self.repository.clone().unwrap_or_else(|| format!("{}.git", self.home(&shape)));
        let platform = match platform {
            Some(platform) => Some(platform::plan(platform, &values, &repository).await?),
            None => None,
        };
        Ok(ApplicationPlan { own: Plan { writes, edits: Vec::new(), steps }, platform })
    }

    /// The values of its service's templates.
    fn values(&self, shape: &Shape) -> Values {
        let beside = |address: &str| match address.rsplit_once('/') {
            Some((parent, _)) => format!("{parent}/{}", self.name),
            None => self.name.to_string(),
        };
        let registry = self.registry.clone().unwrap_or_else(|| beside(&shape.config().registry));
        let mut values =
            Values::of(self.service.as_str(), self.name.as_str(), &registry, self.description.as_deref());
        values.version = "0.1.0".into();
        values.library_version = "0.1.0".into();
        values.home = self.home(shape);
        values
    }

    /// Where people find its repository: beside that which it is made of.
    fn home(&self, shape: &Shape) -> String {
        let home = shape.library("home").ok().flatten().unwrap_or_else(|| "https://git.example".into());
        home.rsplit_once('/').map_or_else(|| home.clone(), |(parent, _)| format!("{parent}/{}", self.name))
    }

    /// What is made of templates.
    fn made(&self, shape: &Shape, values: &Values, source: &str) -> Result<Vec<Write>, Error> {
        let registry = values.image.rsplit_once('/').map_or("", |(registry, _)| registry);
        let rust = shape.rust_version();
        let more =
            [("service", values.name.as_str()), ("registry", registry), ("source", source), ("rust", rust)];
        let pairs = [&values.pairs()[..], &more].concat();
        let mut writes: Vec<Write> = templates::fill("application", &pairs)?
            .into_iter()
            .map(|(path, text)| Write::file(path, text))
            .collect();
        for environment in ENVIRONMENTS {
            let pairs = [&pairs[..], &[("environment", environment)]].concat();
            for (path, text) in templates::fill("overlay", &pairs)? {
                writes.push(Write::file(format!("kustomize/overlays/{environment}/{path}"), text));
            }
        }
        // Argo CD's objects, for who has no platform that registers them.
        for environment in ["dev", "prod"] {
            let address = self.repository.clone().unwrap_or_else(|| format!("{}.git", values.home));
            let folder = format!("gitops/argocd/{environment}");
            writes.extend(platform::files(&folder, values, environment, &address)?);
        }
        writes.extend(service::writes("axum", values, true)?);
        Ok(writes)
    }
}

/// The folder that a new application has where none is named: beside the repository that it is made of.
pub fn default_folder(root: &Path, name: &NewName) -> PathBuf {
    root.parent().unwrap_or(root).join(name.as_str())
}
