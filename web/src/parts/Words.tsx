import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { type Words, wordsOf } from "../i18n";

export const WordsContext = createContext<Words>(wordsOf("en"));
export const useWords = () => useContext(WordsContext);
