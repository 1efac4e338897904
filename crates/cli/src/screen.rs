//! A line a part: live on a terminal, one entry a change elsewhere; and the same for other commands, in the state file.

use std::{
    io::IsTerminal as _,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::folder::{Folder, PartState, State};

/// What stands before a part's name: its colour and its signs, the last of which is not shown.
const UNDER_WAY: (&str, &str) = ("cyan", "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ");
const READY: (&str, &str) = ("green", "✓ ");
const STOPPED: (&str, &str) = ("dim", "· ");

fn style((colour, signs): (&str, &str)) -> ProgressStyle {
    ProgressStyle::with_template(&format!("{{spinner:.{colour}}} {{prefix:10}} {{msg}}"))
        .expect("the template is valid")
        .tick_chars(signs)
}

/// The screen.
#[derive(Debug, Clone)]
pub(crate) struct Screen {
    folder: Folder,
    state: Arc<Mutex<State>>,
    bars: Option<MultiProgress>,
}

/// A part's line.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    screen: Screen,
    index: usize,
    bar: Option<ProgressBar>,
}

impl Screen {
    /// A screen for this state.
    pub(crate) fn new(folder: Folder, state: State) -> Self {
        let bars = std::io::stderr().is_terminal().then(MultiProgress::new);
        Self { folder, state: Arc::new(Mutex::new(state)), bars }
    }

    /// Adds a part.
    pub(crate) fn line(&self, name: &str, log: PathBuf) -> Line {
        let index = self.change(|state| {
            let state_of = "waiting".to_owned();
            state.parts.push(PartState {
                name: name.to_owned(),
                state: state_of,
                pid: None,
                restarts: 0,
                log,
            });
            state.parts.len() - 1
        });
        let bar = self.bars.as_ref().map(|bars| {
            let bar = bars.add(ProgressBar::new_spinner());
            bar.set_style(style(UNDER_WAY));
            bar.set_prefix(name.to_owned());
            bar.set_message("waiting");
            bar
        });
        Line { screen: self.clone(), index, bar }
    }

    /// Everything runs.
    pub(crate) fn set_ready(&self) {
        self.change(|state| state.ready = true);
    }

    /// Says something below the lines.
    pub(crate) fn say(&self, text: &str) {
        match &self.bars {
            Some(bars) => bars.suspend(|| eprintln!("{text}")),
            None => eprintln!("{text}"),
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut state);
        // A state that cannot be written costs `argosy status`, not the stack.
        let _ = self.folder.write_state(&state);
        result
    }
}

impl Line {
    /// Shows that the part is ready, as this process.
    pub(crate) fn ready(&self, pid: Option<i32>) {
        self.show("ready", pid);
    }

    /// Shows the state of a part that does not run.
    pub(crate) fn set(&self, text: &str) {
        self.show(text, None);
    }

    fn show(&self, text: &str, pid: Option<i32>) {
        let name = self.screen.change(|state| {
            let part = &mut state.parts[self.index];
            text.clone_into(&mut part.state);
            part.pid = pid;
            part.name.clone()
        });
        match &self.bar {
            Some(bar) => {
                bar.set_message(text.to_owned());
                let settled = match text {
                    "ready" => Some(READY),
                    "stopped" => Some(STOPPED),
                    _ => None,
                };
                bar.set_style(style(settled.unwrap_or(UNDER_WAY)));
                if settled.is_some() {
                    bar.disable_steady_tick();
                    bar.tick();
                } else {
                    bar.enable_steady_tick(Duration::from_millis(120));
                }
            }
            None => eprintln!("{name:10} {text}"),
        }
    }

    /// Shows that the part is started again, and counts it.
    pub(crate) fn restarts(&self, text: &str) {
        self.screen.change(|state| state.parts[self.index].restarts += 1);
        self.set(text);
    }
}
