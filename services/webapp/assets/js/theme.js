// Switches the colours at once, and tells charts to draw themselves anew.

const YEAR_SECONDS = 31_536_000;

/** Whether the page is dark now. */
export function isDark() {
  const theme = document.documentElement.dataset.theme;
  if (theme === "auto")
    return matchMedia("(prefers-color-scheme: dark)").matches;
  return theme === "dark";
}

/** The value of a colour of the palette. @param {string} name */
export function colour(name) {
  return getComputedStyle(document.documentElement)
    .getPropertyValue(`--${name}`)
    .trim();
}

/** Calls back whenever the colours change. @param {() => void} callback */
export function onTheme(callback) {
  document.addEventListener("argosy:theme", callback);
  matchMedia("(prefers-color-scheme: dark)").addEventListener(
    "change",
    callback,
  );
}

/** @param {string} theme */
function choose(theme) {
  document.documentElement.dataset.theme = theme;
  document.cookie = `argosy_theme=${theme}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax`;
  document.dispatchEvent(new CustomEvent("argosy:theme"));
}

/** Makes the switch and the choice in the settings work without a request. */
export function startTheme() {
  for (const form of document.querySelectorAll(
    "form[data-theme-switch], form[data-theme-choice]",
  )) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const isSwitch = form.hasAttribute("data-theme-switch");
      const button = /** @type {SubmitEvent} */ (event).submitter;
      choose(
        isSwitch
          ? isDark()
            ? "light"
            : "dark"
          : (button?.getAttribute("value") ?? "auto"),
      );
      for (const choice of document.querySelectorAll(
        "form[data-theme-choice] button",
      )) {
        const isCurrent =
          choice.getAttribute("value") ===
          document.documentElement.dataset.theme;
        if (isCurrent) choice.setAttribute("aria-current", "true");
        else choice.removeAttribute("aria-current");
      }
    });
  }
}
