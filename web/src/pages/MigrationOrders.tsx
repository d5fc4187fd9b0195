// What a person may ask of the migration under way; what cannot simply be undone is asked for twice.
import { useState } from "preact/hooks";
import type { TextId } from "../i18n/en";
import { act, type Migration } from "../lib/migration";
import { Confirm } from "../parts/Confirm";
import { useWords } from "../parts/Words";

interface Order {
  action: string;
  label: TextId;
  /** What it means, said before it is done; without one it is done at once. */
  warning?: TextId;
  primary?: boolean;
}

const ORDERS: Order[] = [
  { action: "switch", label: "mg_do_switch", warning: "mg_ask_switch", primary: true },
  { action: "complete", label: "mg_do_complete", warning: "mg_ask_complete" },
  { action: "reverse", label: "mg_do_reverse", warning: "mg_ask_reverse" },
  { action: "verify", label: "mg_do_verify" },
  { action: "pause", label: "mg_do_pause" },
  { action: "resume", label: "mg_do_resume" },
  { action: "cancel", label: "mg_do_cancel", warning: "mg_ask_cancel" },
];
const PERCENTS = [0, 1, 10, 50, 100];
const MEGABYTE = 1_000_000;
const LIMITS = [0, 1, 5, 20, 100].map((megabytes) => megabytes * MEGABYTE);

const labelOf = (action: string) => ORDERS.find((one) => one.action === action)?.label;
const among = (choices: number[], value: number) => (choices.includes(value) ? choices : [...choices, value]);

export function Orders({ known, onOrder }: { known: Migration; onOrder: () => void }) {
  const { t } = useWords();
  const [asking, setAsking] = useState<Order | null>(null);
  const [failure, setFailure] = useState("");
  const send = async (action: string, parameters: Record<string, string> = {}) => {
    try {
      await act(action, parameters);
      setFailure("");
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    }
    onOrder();
  };
  const { possible, asked, progress, canary } = known;
  const doing = labelOf(asked);
  return (
    <div class="card orders">
      <div class="buttons">
        {ORDERS.filter(({ action }) => possible.includes(action)).map((order) => (
          <button
            key={order.action}
            type="button"
            class={order.primary ? "primary" : ""}
            onClick={() => (order.warning ? setAsking(order) : send(order.action))}
          >
            {t(order.label)}
          </button>
        ))}
        {possible.includes("canary") && (
          <Choice
            label={t("mg_canary")}
            value={canary.percent}
            choices={PERCENTS}
            text={(percent) => `${percent} %`}
            onChoice={(percent) => send("canary", { percent: String(percent) })}
          />
        )}
        {possible.includes("limit") && (
          <Choice
            label={t("mg_limit")}
            value={progress.limit_bytes_per_second}
            choices={LIMITS}
            text={(limit) => (limit === 0 ? t("mg_no_limit") : `${limit / MEGABYTE} MB/s`)}
            onChoice={(limit) => send("limit", { bytes_per_second: String(limit) })}
          />
        )}
      </div>
      <p role="status">{asked && t("mg_doing", doing ? t(doing) : asked)}</p>
      {failure && (
        <p class="error" role="alert">
          {t("says", failure)}
        </p>
      )}
      {asking?.warning && (
        <Confirm
          title={t(asking.label)}
          text={t(asking.warning, known.store_of_record.url, known.other_store.url)}
          go={t(asking.label)}
          onAnswer={(yes) => {
            setAsking(null);
            if (yes) send(asking.action);
          }}
        />
      )}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: number;
  choices: number[];
  text: (choice: number) => string;
  onChoice: (choice: number) => void;
}

function Choice({ label, value, choices, text, onChoice }: ChoiceProps) {
  return (
    <label>
      {label}{" "}
      <select value={value} onChange={(event) => onChoice(Number(event.currentTarget.value))}>
        {among(choices, value).map((choice) => (
          <option key={choice} value={choice}>
            {text(choice)}
          </option>
        ))}
      </select>
    </label>
  );
}
