//! What stands around every page: navigation, fleet, person, theme, notice.

use argosy_wire::FleetName;
use axum::http::{HeaderMap, Uri};

use crate::{
    links,
    session::{cookies::Theme, notice::Notice},
};

/// The part of the site that a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    /// `/`
    Overview,
    /// `/devices`
    Devices,
    /// `/live`
    Live,
    /// `/dead-letters`
    DeadLetters,
    /// `/settings`
    Settings,
}

/// An entry of the side bar.
pub(crate) struct Entry {
    /// Where it leads.
    pub(crate) href: String,
    /// What it says.
    pub(crate) label: &'static str,
    /// The icon's name in `parts/icons.html`.
    pub(crate) icon: &'static str,
    /// The second key after `g`.
    pub(crate) key: &'static str,
    /// Whether it is where the person is.
    pub(crate) is_current: bool,
}

/// Who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    /// The email.
    pub(crate) name: String,
    /// Whether forms that change devices are shown.
    pub(crate) may_write: bool,
    /// Whether settings of the installation are shown.
    pub(crate) may_admin: bool,
}

/// What stands around a page.
#[derive(Debug, Clone)]
pub(crate) struct Shell {
    /// Where in the site the page is.
    pub(crate) section: Section,
    /// The colours.
    pub(crate) theme: Theme,
    /// Who is signed in; on pages of errors it may not be known.
    pub(crate) person: Option<Person>,
    /// The fleets to choose from.
    pub(crate) fleets: Vec<FleetName>,
    /// The fleet the page is about.
    pub(crate) fleet: Option<FleetName>,
    /// What a form just did.
    pub(crate) notice: Option<Notice>,
    /// The page's own address.
    pub(crate) here: String,
}

impl Shell {
    /// Around a page for somebody who may not be signed in.
    pub(crate) fn anonymous(headers: &HeaderMap, uri: &Uri, section: Section) -> Self {
        Self {
            section,
            theme: Theme::read(headers),
            person: None,
            fleets: Vec::new(),
            fleet: None,
            notice: None,
            here: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        }
    }

    /// The side bar.
    pub(crate) fn entries(&self) -> [Entry; 5] {
        let entry = |section, path, label, icon, key| Entry {
            href: self.link(path),
            label,
            icon,
            key,
            is_current: self.section == section,
        };
        [
            entry(Section::Overview, "/", "Overview", "overview", "o"),
            entry(Section::Devices, "/devices", "Devices", "devices", "d"),
            entry(Section::Live, "/live", "Live", "live", "l"),
            entry(Section::DeadLetters, "/dead-letters", "Dead letters", "dead-letters", "e"),
            entry(Section::Settings, "/settings", "Settings", "settings", "s"),
        ]
    }

    /// The fleet as it stands in addresses: only where there are several to choose from.
    pub(crate) fn fleet_query(&self) -> &str {
        match &self.fleet {
            Some(fleet) if self.fleets.len() > 1 => fleet.as_str(),
            _ => "",
        }
    }

    /// A path of this fleet.
    pub(crate) fn link(&self, path: impl AsRef<str>) -> String {
        self.query(path.as_ref(), &[])
    }

    /// A path of this fleet with a query.
    pub(crate) fn query(&self, path: &str, pairs: &[(&str, &str)]) -> String {
        let mut pairs = pairs.to_vec();
        pairs.push(("fleet", self.fleet_query()));
        links::with_query(path, &pairs)
    }

    /// The fleet's name, to be read.
    pub(crate) fn fleet_name(&self) -> &str {
        self.fleet.as_ref().map_or("", FleetName::as_str)
    }

    /// Whether the person may change devices.
    pub(crate) fn may_write(&self) -> bool {
        self.person.as_ref().is_some_and(|person| person.may_write)
    }

    /// Whether the person may change the installation.
    pub(crate) fn may_admin(&self) -> bool {
        self.person.as_ref().is_some_and(|person| person.may_admin)
    }
}
