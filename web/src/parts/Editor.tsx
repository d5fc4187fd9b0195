// A text field for PromQL: coloured, completed, and with what is wrong underlined. The colours lie below a transparent
// text area, so that typing, selection and undo are the browser's own.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { functionNames, labelNames, labelValues, metadata, metricNames, parseError } from "../lib/api";
import { AGGREGATIONS, errorPlace, type Place, placeAt, tokens } from "../lib/promql";
import { useWords } from "./Words";

interface Choice {
  text: string;
  insert: string;
  hint: string;
}

const MOST_CHOICES = 40;
const CHECK_PAUSE_MS = 250;

/** Names are asked for once; what collects changes rarely. */
const once = <T,>(ask: () => Promise<T>) => {
  let answer: Promise<T> | null = null;
  return () => {
    answer ??= ask().catch((error) => {
      answer = null;
      throw error;
    });
    return answer;
  };
};
const allMetrics = once(() => metricNames());
const allFunctions = once(functionNames);
const allMetadata = once(metadata);

/** Those that begin with the word before those that contain it. */
export function ranked(names: string[], word: string): string[] {
  const small = word.toLowerCase();
  const begins = names.filter((name) => name.toLowerCase().startsWith(small));
  const contains = names.filter((name) => !name.toLowerCase().startsWith(small) && name.toLowerCase().includes(small));
  return [...begins, ...contains].slice(0, MOST_CHOICES);
}

async function choicesFor(place: Place): Promise<Choice[]> {
  const { kind, word, metric, label } = place;
  if (kind === "none") return [];
  if (kind === "label") {
    return ranked(await labelNames(metric), word).map((text) => ({ text, insert: text, hint: "" }));
  }
  if (kind === "value") {
    return ranked(await labelValues(label, metric), word).map((text) => ({
      text,
      insert: JSON.stringify(text).slice(1),
      hint: "",
    }));
  }
  const [metrics, functions, about] = await Promise.all([allMetrics(), allFunctions(), allMetadata()]);
  const callable = new Set([...AGGREGATIONS, ...functions]);
  return ranked([...callable, ...metrics], word).map((text) => ({
    text,
    insert: callable.has(text) ? `${text}(` : text,
    hint: callable.has(text) ? "ƒ" : (about[text]?.[0]?.type ?? ""),
  }));
}

interface EditorProps {
  value: string;
  onChange: (text: string) => void;
  onRun: (text: string) => void;
}

export function Editor({ value, onChange, onRun }: EditorProps) {
  const { t } = useWords();
  const field = useRef<HTMLTextAreaElement>(null);
  const [choices, setChoices] = useState<Choice[]>([]);
  const [place, setPlace] = useState<Place | null>(null);
  const [chosen, setChosen] = useState(0);
  const [problem, setProblem] = useState("");
  const id = useId();

  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        setProblem(value.trim() ? ((await parseError(value, stop.signal)) ?? "") : "");
      } catch {
        // the server is away: the banner says so
      }
    }, CHECK_PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [value]);

  const offer = async (text: string, caret: number) => {
    const now = placeAt(text, caret);
    setPlace(now);
    try {
      const found = await choicesFor(now);
      // Meanwhile more may have been typed; what is whole needs no choice.
      if (field.current?.value !== text) return;
      setChosen(0);
      setChoices(found.length === 1 && found[0]?.text === now.word ? [] : found);
    } catch {
      setChoices([]);
    }
  };
  const take = (choice: Choice | undefined) => {
    const area = field.current;
    if (!choice || !place || !area) return;
    const caret = place.from + choice.insert.length;
    const text = value.slice(0, place.from) + choice.insert + value.slice(area.selectionStart);
    onChange(text);
    setChoices([]);
    requestAnimationFrame(() => {
      area.focus();
      area.setSelectionRange(caret, caret);
    });
  };
  const keys = (event: KeyboardEvent) => {
    const area = field.current;
    if (!area) return;
    const isOpen = choices.length > 0;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey || !isOpen) && !event.shiftKey) {
      setChoices([]);
      onRun(value);
    } else if (event.key === " " && event.ctrlKey) offer(value, area.selectionStart);
    else if (isOpen && event.key === "ArrowDown") setChosen((chosen + 1) % choices.length);
    else if (isOpen && event.key === "ArrowUp") setChosen((chosen + choices.length - 1) % choices.length);
    else if (isOpen && (event.key === "Enter" || event.key === "Tab")) take(choices[chosen]);
    else if (isOpen && event.key === "Escape") setChoices([]);
    else return;
    event.preventDefault();
  };
  const option = (n: number) => `${id}-option-${n}`;
  useEffect(() => {
    document.getElementById(option(chosen))?.scrollIntoView({ block: "nearest" });
  });
  return (
    <div class="editor">
      <div class="layers">
        <Colours text={value} wrong={problem ? errorPlace(problem, value) : null} />
        <textarea
          ref={field}
          value={value}
          rows={2}
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          role="combobox"
          aria-label={t("expression")}
          aria-describedby={`${id}-hint`}
          aria-expanded={choices.length > 0}
          aria-controls={`${id}-choices`}
          aria-autocomplete="list"
          aria-activedescendant={choices.length > 0 ? option(chosen) : undefined}
          aria-invalid={problem !== ""}
          onInput={(event) => {
            const { value: text, selectionStart } = event.currentTarget;
            onChange(text);
            offer(text, selectionStart);
          }}
          onKeyDown={keys}
          onBlur={() => setTimeout(() => setChoices([]), 150)}
        />
      </div>
      <ul
        class="choices"
        id={`${id}-choices`}
        role="listbox"
        aria-label={t("suggestions")}
        hidden={choices.length === 0}
      >
        {choices.map((choice, n) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the text area keeps the focus
          <li
            key={choice.text}
            id={option(n)}
            role="option"
            aria-selected={n === chosen}
            onMouseDown={() => take(choice)}
          >
            {choice.text} <small>{choice.hint}</small>
          </li>
        ))}
      </ul>
      <p class="hidden" id={`${id}-hint`}>
        {t("explore_hint")}
      </p>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function Colours({ text, wrong }: { text: string; wrong: { from: number; to: number } | null }) {
  const isWrong = (at: number, length: number) => wrong !== null && at < wrong.to && at + length > wrong.from;
  return (
    <pre aria-hidden="true">
      {tokens(text).map(({ kind, text: part, at }) => (
        <span key={at} class={`${kind}${isWrong(at, part.length) ? " wrong" : ""}`}>
          {part}
        </span>
      ))}
      {"\n"}
    </pre>
  );
}
