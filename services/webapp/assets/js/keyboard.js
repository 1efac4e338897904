// `/` searches, `g` and a letter goes, arrows move in lists, Escape closes and leaves.

/** How long after `g` the letter may come. */
const CHORD_MILLIS = 1500;

/** @param {EventTarget | null} target */
function isTyping(target) {
  return (
    target instanceof HTMLElement &&
    target.closest("input, textarea, select, [contenteditable]") !== null
  );
}

/** Moves the focus in the list by one row. @param {number} by */
function move(by) {
  const links = [
    .../** @type {NodeListOf<HTMLElement>} */ (
      document.querySelectorAll("[data-arrows] tbody th a")
    ),
  ];
  if (links.length === 0) return false;
  const at = links.indexOf(
    /** @type {HTMLElement} */ (
      document.activeElement?.closest("tr")?.querySelector("th a") ??
        document.activeElement
    ),
  );
  const next =
    at < 0
      ? by > 0
        ? 0
        : links.length - 1
      : Math.min(links.length - 1, Math.max(0, at + by));
  links[next]?.focus();
  return true;
}

/** Closes what is open, or leaves a field. @param {EventTarget | null} target */
function leave(target) {
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.removeAttribute("open");
    menu.querySelector("summary")?.focus();
  } else if (isTyping(target) && target instanceof HTMLElement) {
    target.blur();
  }
}

/** Listens to keys, and closes menus that are left. */
export function startKeyboard() {
  let chord = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      leave(event.target);
      return;
    }
    if (
      isTyping(event.target) ||
      document.querySelector(".dialog:popover-open")
    )
      return;
    if (event.timeStamp - chord < CHORD_MILLIS) {
      chord = 0;
      /** @type {HTMLElement | null} */
      const link = document.querySelector(
        `.nav a[data-key="${CSS.escape(event.key)}"]`,
      );
      if (link) {
        event.preventDefault();
        link.click();
        return;
      }
    }
    if (event.key === "g") chord = event.timeStamp;
    else if (event.key === "/") {
      /** @type {HTMLInputElement | null} */
      const search = document.querySelector("[data-search]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (move(event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]"))
      if (!menu.contains(/** @type {Node} */ (event.target)))
        menu.removeAttribute("open");
  });
}
