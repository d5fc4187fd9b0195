// The whole state of the page, which is what the address bar holds: `#/machine?i=web1&span=1h&end=…`.
import { useEffect, useState } from "preact/hooks";
import { isLanguage, type Language } from "./i18n";
import { type Frame, isZone, parseSpan, spanText } from "./lib/time";

export const PAGES = ["overview", "machine", "explore", "compare", "changes", "migration", "status"] as const;
export type Page = (typeof PAGES)[number];
export type Theme = "auto" | "light" | "dark";

export interface State {
  page: Page;
  instance: string; // "" before it is known: the local one
  span: number; // seconds shown
  end: number | null; // unix seconds; null: now, moving
  lang: Language;
  theme: Theme;
  zone: string;
  /** What belongs to one page only: the expression of Explore, the other side of Compare. */
  extra: Record<string, string>;
}

const DEFAULT_SPAN = 300; // so long that each second has a point of its own
const KNOWN = new Set(["i", "span", "end", "lang", "theme", "tz"]);

/** What a browser remembers between visits; the address overrules it. */
export interface Preferences {
  lang: Language;
  theme: Theme;
  zone: string;
}

export function parseState(hash: string, preferences: Preferences): State {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const parameters = new URLSearchParams(query);
  const lang = parameters.get("lang") ?? "";
  const theme = parameters.get("theme") ?? "";
  const zone = parameters.get("tz") ?? "";
  const end = Date.parse(parameters.get("end") ?? "") / 1000;
  return {
    page: PAGES.find((page) => page === path) ?? "overview",
    instance: parameters.get("i") ?? "",
    span: parseSpan(parameters.get("span") ?? "") ?? DEFAULT_SPAN,
    end: Number.isFinite(end) ? end : null,
    lang: isLanguage(lang) ? lang : preferences.lang,
    theme: theme === "light" || theme === "dark" || theme === "auto" ? theme : preferences.theme,
    zone: zone && isZone(zone) ? zone : preferences.zone,
    extra: Object.fromEntries([...parameters].filter(([key]) => !KNOWN.has(key))),
  };
}

export function formatState(state: State, preferences: Preferences): string {
  const parameters = new URLSearchParams();
  if (state.instance) parameters.set("i", state.instance);
  parameters.set("span", spanText(state.span));
  if (state.end !== null) parameters.set("end", new Date(state.end * 1000).toISOString());
  if (state.lang !== preferences.lang) parameters.set("lang", state.lang);
  if (state.theme !== preferences.theme) parameters.set("theme", state.theme);
  if (state.zone !== preferences.zone) parameters.set("tz", state.zone);
  for (const [key, value] of Object.entries(state.extra)) if (value) parameters.set(key, value);
  return `#/${state.page}?${parameters}`;
}

function stored(key: string): string {
  try {
    return localStorage.getItem(`oreum.${key}`) ?? "";
  } catch {
    return ""; // storage may be forbidden
  }
}

function store(key: string, value: string) {
  try {
    localStorage.setItem(`oreum.${key}`, value);
  } catch {
    // the choice then lasts as long as the address
  }
}

function preferences(): Preferences {
  const lang = stored("lang") || navigator.language.slice(0, 2);
  const theme = stored("theme");
  const zone = stored("zone");
  return {
    lang: isLanguage(lang) ? lang : "en",
    theme: theme === "light" || theme === "dark" ? theme : "auto",
    zone: zone && isZone(zone) ? zone : "local",
  };
}

let chosen = preferences();
let current = parseState(location.hash, chosen);
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

export const state = (): State => current;

/** The href of a link to another state of the page. */
export const linkTo = (change: Partial<State>): string => formatState({ ...current, extra: {}, ...change }, chosen);

// Browsers limit how often an address may change; a zoom by wheel would reach the limit.
const ADDRESS_PAUSE_MS = 150;

/** Changes the state; `push` makes a step that Back undoes. */
export function update(change: Partial<State>, push = false) {
  const page = current.page;
  current = { ...current, ...change };
  if (change.page && change.page !== page && !change.extra) current.extra = {};
  clearTimeout(timer);
  if (push) history.pushState(null, "", formatState(current, chosen));
  else timer = setTimeout(() => history.replaceState(null, "", formatState(current, chosen)), ADDRESS_PAUSE_MS);
  for (const listener of listeners) listener();
}

export function updateExtra(change: Record<string, string>) {
  update({ extra: { ...current.extra, ...change } });
}

/** A choice for later visits, too. */
export function prefer(change: Partial<Preferences>) {
  chosen = { ...chosen, ...change };
  for (const [key, value] of Object.entries(change)) store(key, value);
  update(change);
}

function follow() {
  current = parseState(location.hash, chosen);
  for (const listener of listeners) listener();
}
addEventListener("popstate", follow);
addEventListener("hashchange", follow);

export function onState(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const SETTLE_MS = 200;

/** Charts move with each step of a wheel; the words around them follow a few times a second. */
export function useAppState(): State {
  const [value, set] = useState(current);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = current;
    const show = () => {
      timer = undefined;
      last = current;
      set(current);
    };
    const stop = onState(() => {
      if (!onlyMoved(last, current)) {
        clearTimeout(timer);
        show();
      } else timer ??= setTimeout(show, SETTLE_MS);
    });
    if (last !== current) show();
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, []);
  return value;
}

/** Whether two states differ in the time shown at most. */
function onlyMoved(a: State, b: State): boolean {
  const keys = Object.keys(a) as (keyof State)[];
  const live = (s: State) => s.end === null;
  return live(a) === live(b) && keys.every((key) => key === "span" || key === "end" || a[key] === b[key]);
}

export const frameOf = (s: State, now: number): Frame => {
  const to = s.end ?? now;
  return { from: to - s.span, to };
};

/** Shows exactly this; what reaches the present goes on moving with it only when `live` says so. */
export function showFrame(frame: Frame, live = false) {
  update({ span: frame.to - frame.from, end: live ? null : frame.to });
}
