// Values as people read them; the server writes them the same way.

const few = new Intl.NumberFormat("en-US", { maximumFractionDigits: 3 });
const one = new Intl.NumberFormat("en-US", {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

/** @param {number} value */
export function decimal(value) {
  if (value !== 0 && (Math.abs(value) < 0.0005 || Math.abs(value) >= 1e15))
    return value.toExponential(3);
  return few.format(value).replace("-", "−");
}

/** One decimal always. @param {number} value */
export function rate(value) {
  return one.format(Math.max(0, value));
}

/** @param {unknown} value */
export function words(value) {
  if (typeof value === "number") return decimal(value);
  if (typeof value === "string") return value;
  return JSON.stringify(value) ?? "";
}
