// What every page needs.
import "htmx.org";
import { startForms } from "./forms.js";
import { startKeyboard } from "./keyboard.js";
import { startRetry } from "./retry.js";
import { startTheme } from "./theme.js";
import { startTimes } from "./time.js";

startTimes();
startTheme();
startKeyboard();
startForms();
startRetry();
