// The frame around all pages: navigation, time, what is wrong.
import { useEffect, useState } from "preact/hooks";
import { LANGUAGE_NAMES, type Language, wordsOf } from "./i18n";
import { instances } from "./lib/api";
import { clockTime } from "./lib/time";
import { speak } from "./lib/units";
import { Changes } from "./pages/Changes";
import { Compare } from "./pages/Compare";
import { Explore } from "./pages/Explore";
import { Machine } from "./pages/Machine";
import { Migration } from "./pages/Migration";
import { Overview } from "./pages/Overview";
import { Status } from "./pages/Status";
import { useAnswers, useAsked, usePulse } from "./parts/hooks";
import { Guard } from "./parts/small";
import { TimeBar } from "./parts/TimeBar";
import { useWords, WordsContext } from "./parts/Words";
import { linkTo, PAGES, type Page, prefer, type Theme, update, useAppState } from "./state";

const VIEWS: Record<Page, () => preact.JSX.Element> = {
  overview: Overview,
  machine: Machine,
  explore: Explore,
  compare: Compare,
  changes: Changes,
  migration: Migration,
  status: Status,
};
// Pages that show the present only.
const WITHOUT_TIME: Page[] = ["migration", "status"];
const ZONES = [
  "local",
  "UTC",
  "America/Los_Angeles",
  "America/New_York",
  "Europe/London",
  "Europe/Berlin",
  "Asia/Kolkata",
  "Asia/Seoul",
  "Asia/Tokyo",
  "Australia/Sydney",
];

export function App() {
  const s = useAppState();
  const words = wordsOf(s.lang);
  speak(words.span); // before the pages below it are written
  const page = words.t(s.page);
  useEffect(() => {
    document.documentElement.lang = s.lang;
    document.documentElement.dataset.theme = s.theme;
    const about = s.page === "machine" && s.instance ? s.instance : page;
    document.title = `${about} · Oreum`;
  }, [s.lang, s.theme, s.page, s.instance, page]);
  useLocalInstance(s.instance);
  const View = VIEWS[s.page];
  return (
    <WordsContext.Provider value={words}>
      <button type="button" class="skip" onClick={() => document.getElementById("main")?.focus()}>
        {words.t("skip")}
      </button>
      <header>
        <a class="brand" href={linkTo({ page: "overview" })}>
          <img src="./favicon.svg" alt="" width="24" height="24" /> Oreum
        </a>
        <Navigation />
        <Settings />
      </header>
      <Notice />
      {!WITHOUT_TIME.includes(s.page) && <TimeBar />}
      <main id="main" tabIndex={-1}>
        <h1 class={s.page === "machine" ? "hidden" : ""}>{page}</h1>
        <Guard key={s.page}>
          <View />
        </Guard>
      </main>
    </WordsContext.Provider>
  );
}

/** Until a machine is chosen, it is the one that serves the page, else the first. */
function useLocalInstance(instance: string) {
  const { value } = useAsked(async () => (instance ? null : instances()), [instance], instance ? 0 : 30);
  useEffect(() => {
    const local = value?.find((one) => one.local) ?? value?.[0];
    if (!instance && local) update({ instance: local.instance });
  }, [instance, value]);
}

function Navigation() {
  const s = useAppState();
  const { t } = useWords();
  return (
    <nav aria-label={t("main_nav")}>
      <ul>
        {PAGES.map((page) => (
          <li key={page}>
            <a href={linkTo({ page })} aria-current={s.page === page ? "page" : undefined}>
              {t(page)}
            </a>
          </li>
        ))}
        <li>
          <a href="docs">{t("api")}</a>
        </li>
      </ul>
    </nav>
  );
}

function Settings() {
  const s = useAppState();
  const { t } = useWords();
  const zones = ZONES.includes(s.zone) ? ZONES : [...ZONES, s.zone];
  return (
    <div class="settings">
      <label>
        <span class="hidden">{t("zone")}</span>
        <select value={s.zone} title={t("zone")} onChange={(event) => prefer({ zone: event.currentTarget.value })}>
          {zones.map((zone) => (
            <option key={zone} value={zone}>
              {zone === "local" ? t("zone_local") : zone}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span class="hidden">{t("theme")}</span>
        <select
          value={s.theme}
          title={t("theme")}
          onChange={(event) => prefer({ theme: event.currentTarget.value as Theme })}
        >
          {(["auto", "light", "dark"] as const).map((theme) => (
            <option key={theme} value={theme}>
              {t(theme)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span class="hidden">{t("language")}</span>
        <select
          value={s.lang}
          title={t("language")}
          onChange={(event) => prefer({ lang: event.currentTarget.value as Language })}
        >
          {LANGUAGE_NAMES.map(({ id, name }) => (
            <option key={id} value={id} lang={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

/** Whether the server is there, and how it answers. Nothing is said while all is well. */
function Notice() {
  const { health, now, status } = usePulse();
  const { slow, says } = useAnswers();
  const s = useAppState();
  const { t } = useWords();
  const [known, setKnown] = useState(now);
  useEffect(() => {
    if (health === "live") setKnown(now);
  }, [health, now]);
  const time = clockTime(known, { name: s.zone, lang: s.lang });
  const away = () => (status ? t("away_status", status, time) : t("away", time));
  const text = health === "away" ? away() : says ? t("failing", says) : slow ? t("slow") : "";
  return (
    <div class={`notice ${health}${text ? " told" : ""}`} role="status">
      {text}
    </div>
  );
}
