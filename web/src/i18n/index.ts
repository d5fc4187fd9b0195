// Messages. Another language is one more file like ko.ts and one more entry here.
import type { SpanWords } from "../lib/units";
import { type ChartId, en, type LineId, type Messages, type TextId } from "./en";
import { ko } from "./ko";

const LANGUAGES = { en: { name: "English", messages: en as Messages }, ko: { name: "한국어", messages: ko } };

export type Language = keyof typeof LANGUAGES;
export const LANGUAGE_NAMES = Object.entries(LANGUAGES).map(([id, { name }]) => ({ id: id as Language, name }));
export const isLanguage = (text: string): text is Language => Object.hasOwn(LANGUAGES, text);

export interface Words {
  /** {0}, {1} … are replaced by the arguments. */
  t: (id: TextId, ...args: (string | number)[]) => string;
  line: (id: LineId) => string;
  title: (id: ChartId) => string;
  sentence: (id: ChartId) => string;
  span: SpanWords;
}

function make({ span, text, line, chart }: Messages): Words {
  return {
    span,
    t: (id, ...args) => text[id].replace(/\{(\d)\}/g, (_, n) => String(args[Number(n)] ?? "")),
    line: (id) => line[id],
    title: (id) => chart[id][0],
    sentence: (id) => chart[id][1],
  };
}

const made = new Map<Language, Words>();

export function wordsOf(language: Language): Words {
  let words = made.get(language);
  if (!words) {
    words = make(LANGUAGES[language].messages);
    made.set(language, words);
  }
  return words;
}
