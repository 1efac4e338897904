//! The commit of a promotion: a line a service, and the trailers that say so.

use super::moves::Moves;
use crate::{
    CommitId, Delivery, EnvironmentName, Error, ServiceName, WrittenLine,
    git::NewFile,
    history::History,
    overlay::Overlay,
    trailers::{Trailers, action, key},
    verify::source,
    written::in_words,
};

/// What a promotion would commit.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) moves: Moves,
    /// What each change was built from, in the order of the changes.
    pub(super) sources: Vec<Option<CommitId>>,
    /// The files that change; none where there is nothing to promote.
    pub(super) files: Vec<NewFile>,
    pub(super) title: String,
    pub(super) message: String,
    pub(super) lines: Vec<WrittenLine>,
}

impl Delivery {
    /// Plans a promotion upon a commit.
    pub(super) async fn plan_promotion(
        &self,
        [from, to]: [&EnvironmentName; 2],
        services: &[ServiceName],
        head: &CommitId,
        history: &History,
        actor: &str,
    ) -> Result<Plan, Error> {
        let moves = self.moves(from, to, services, head).await?;
        let before = Overlay::read(&self.repository, &self.config, to, head).await?;
        let mut after = before.clone();
        let sources: Vec<Option<CommitId>> =
            moves.changes.iter().map(|change| source(history, &change.service, &change.after)).collect();
        let is_one = sources.windows(2).all(|pair| pair[0] == pair[1]);
        // One source commit is that of all services, so it is named once or for each of them, or not at all.
        let is_each = !is_one && sources.iter().all(Option::is_some);
        let mut trailers = Trailers::default();
        trailers.add(key::ENVIRONMENT, to.as_str())?;
        for (change, source) in moves.changes.iter().zip(&sources) {
            after.set(&self.config, &change.service, &change.after, None)?;
            trailers.add_service(&change.service, &change.after, Some(&change.before))?;
            let source = source.as_ref().filter(|_| is_each);
            trailers.add_some(key::SOURCE_COMMIT, source.map(CommitId::as_str))?;
        }
        if let (true, Some(Some(source))) = (is_one, sources.first()) {
            trailers.add(key::SOURCE_COMMIT, source.as_str())?;
        }
        trailers.add(key::ACTION, action::PROMOTE)?;
        trailers.add(key::ACTOR, actor)?;
        let names: Vec<&str> = moves.changes.iter().map(|change| change.service.as_str()).collect();
        let title = title(&names, from, to);
        let files = after.changes_since(&before);
        let lines = before.lines(&files);
        Ok(Plan { message: trailers.message(&title), moves, sources, files, title, lines })
    }
}

/// [`is_title`] knows it again.
fn title(services: &[&str], from: &EnvironmentName, to: &EnvironmentName) -> String {
    format!("Promote {} from {from} to {to}", in_words(services))
}

/// Whether a commit's subject is such a title, with whatever a code host puts before and behind it.
pub(crate) fn is_title(subject: &str, from: &EnvironmentName, to: &EnvironmentName) -> bool {
    let end = format!(" from {from} to {to}");
    let Some((head, rest)) = subject.split_once("Promote ") else { return false };
    let Some((_, tail)) = rest.split_once(&end) else { return false };
    // Taking a promotion back is none; and another environment's name may begin as this one's does.
    !head.contains("Revert")
        && !tail.starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_known_again_as_code_hosts_write_it() {
        let [dev, prod]: [EnvironmentName; 2] = ["dev", "prod"].map(|name| name.parse().unwrap());
        let written = title(&["api", "webapp"], &dev, &prod);
        assert_eq!(written, "Promote api, webapp from dev to prod");
        assert_eq!(title(&["a", "b", "c", "d"], &dev, &prod), "Promote 4 services from dev to prod");
        for subject in [written.clone(), format!("{written} (#12)"), format!("Merged PR 12: {written}")] {
            assert!(is_title(&subject, &dev, &prod), "{subject}");
        }
        for subject in [
            format!("Revert \"{written}\""),
            format!("{written}-2"),
            "Promote api".into(),
            "Deploy api to prod".into(),
        ] {
            assert!(!is_title(&subject, &dev, &prod), "{subject}");
        }
    }
}
