// What every page needs.
import "htmx.org";
import { startForms } from "./forms.js";
import { startKeyboard } from "./keyboard.js";
import { startRetry } from "./retry.js";
import { startTheme } from "./theme.js";
import { startTimes } from "./time.js";

document.documentElement.classList.add("scripted");
for (const element of document.querySelectorAll("[data-script-only]"))
  element.removeAttribute("hidden");

startTimes();
startTheme();
startKeyboard();
startForms();
startRetry();
