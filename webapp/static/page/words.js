// Texts, times and numbers as the server writes them in the reader's language.

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const texts = JSON.parse(document.getElementById("words")?.textContent ?? "{}");
export const lang = document.documentElement.lang;

export const text = (key, slots = {}) =>
  (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(slots[name] ?? ""));

export function day(value) {
  const [y, m, d] = value.slice(0, 10).split("-");
  if (lang === "vi") return `${d}/${m}/${y}`;
  if (lang === "zh") return `${y}年${Number(m)}月${Number(d)}日`;
  return `${Number(d)} ${MONTHS[m - 1]} ${y}`;
}

// In the zone that the record carries; other texts as they are.
export function time(value, onlyDay = false) {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d.*)?$/.test(value)) return value;
  if (onlyDay || value.length === 10) return day(value);
  const clock = value.slice(11, 16);
  if (lang === "vi") return `${clock} ${day(value)}`;
  return lang === "zh" ? `${day(value)} ${clock}` : `${day(value)}, ${clock}`;
}

export const clock = () => new Date().toTimeString().slice(0, 5);

export function number(value) {
  const [whole, part] = String(value).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, lang === "vi" ? "." : ",");
  return part === undefined ? grouped : grouped + (lang === "vi" ? "," : ".") + part;
}
