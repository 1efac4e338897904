// A page that failed tries again by itself, ever more slowly.

const FIRST_SECONDS = 3;
const MOST_SECONDS = 30;

/** Asks until the page can be shown, then shows it. */
export function startRetry() {
  if (!document.querySelector("[data-retry]")) return;
  const words = document.querySelector("[data-retry-words]");
  let wait = FIRST_SECONDS;
  let left = wait;
  setInterval(async () => {
    left -= 1;
    if (left > 0) {
      if (words) words.textContent = `Trying again in ${left} s.`;
      return;
    }
    if (left < 0) return;
    if (words) words.textContent = "Trying again.";
    try {
      const answer = await fetch(location.href, {
        headers: { accept: "text/html" },
        cache: "no-store",
      });
      if (answer.status < 500 && answer.status !== 429) {
        location.reload();
        return;
      }
    } catch {
      // The next try may find it.
    }
    wait = Math.min(MOST_SECONDS, wait * 2);
    left = wait;
  }, 1000);
}
