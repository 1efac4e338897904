// Small helps in forms: copy, confirm, select all, take a file, local times.
import { zoneAt } from "./time.js";

/** How long a button says that something was copied. */
const SAID_MILLIS = 1600;

/** @param {HTMLElement} button */
async function copy(button) {
  const label = button.querySelector(".sr");
  try {
    await navigator.clipboard.writeText(button.dataset.copy ?? "");
    button.classList.add("done");
    if (label) label.textContent = "Copied";
  } catch {
    const text = button.parentElement?.querySelector("code");
    if (text) getSelection()?.selectAllChildren(text);
  }
  setTimeout(() => {
    button.classList.remove("done");
    if (label) label.textContent = "Copy";
  }, SAID_MILLIS);
}

/** `2026-11-21T05:30` in the person's zone. @param {Date} at */
function localField(at) {
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** Fields hold the person's own time, and the address moments that mean the same everywhere. @param {HTMLFormElement} form */
function useLocalTimes(form) {
  const fields = /** @type {NodeListOf<HTMLInputElement>} */ (
    form.querySelectorAll('input[type="datetime-local"]')
  );
  for (const field of fields)
    field.value = localField(new Date(`${field.value}Z`));
  const words = form.querySelector("[data-zone]");
  if (words) words.textContent = `Times are in ${zoneAt(new Date())}.`;
  form.addEventListener("formdata", (event) => {
    for (const field of fields)
      event.formData.set(field.name, String(new Date(field.value).getTime()));
  });
}

/** Makes the helps work. */
export function startForms() {
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    /** @type {HTMLElement | null} */
    const button = target.closest("[data-copy]");
    if (button) void copy(button);
  });
  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm;
    if (question && !confirm(question)) event.preventDefault();
  });
  document.addEventListener("change", async (event) => {
    const target = event.target;
    if (target instanceof HTMLSelectElement)
      target.form?.hasAttribute("data-submit-on-change") &&
        target.form.requestSubmit();
    if (!(target instanceof HTMLInputElement)) return;
    if (target.hasAttribute("data-check-all")) {
      const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (
        target.form?.querySelectorAll('tbody input[type="checkbox"]') ?? []
      );
      for (const box of boxes) box.checked = target.checked;
    }
    const fill =
      target.dataset.fill && document.getElementById(target.dataset.fill);
    if (fill instanceof HTMLTextAreaElement && target.files?.[0])
      fill.value = await target.files[0].text();
  });
  for (const form of document.querySelectorAll("form[data-local-times]"))
    useLocalTimes(/** @type {HTMLFormElement} */ (form));
}
