// Asks before something that cannot simply be undone.
import { useLayoutEffect, useRef } from "preact/hooks";
import { useWords } from "./Words";

interface Props {
  title: string;
  text: string;
  /** What the button says that goes ahead. */
  go: string;
  onAnswer: (yes: boolean) => void;
}

/** The browser's own dialog: it takes the focus, keeps it, gives it back, and ends with Escape. */
export function Confirm({ title, text, go, onAnswer }: Props) {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => before instanceof HTMLElement && before.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="confirm-title"
      aria-describedby="confirm-text"
      onClose={() => onAnswer(false)}
    >
      <h2 id="confirm-title">{title}</h2>
      <p id="confirm-text">{text}</p>
      <div class="buttons">
        <button type="button" onClick={() => onAnswer(false)}>
          {t("not_yet")}
        </button>
        <button type="button" class="primary" onClick={() => onAnswer(true)}>
          {go}
        </button>
      </div>
    </dialog>
  );
}
