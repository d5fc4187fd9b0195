// Small drawings.
import type { ComponentChildren } from "preact";
import { Component } from "preact";
import { WordsContext } from "./Words";

const W = 120;
const H = 28;

/** A line of values; null is a gap. */
export function Spark({
  values,
  top,
  label,
  mark,
}: {
  values: (number | null)[];
  top?: number;
  label: string;
  mark?: number;
}) {
  const known = values.filter((v): v is number => v !== null);
  const low = top === undefined ? Math.min(...known) : 0;
  const high = top ?? Math.max(...known);
  const span = high - low || 1;
  let path = "";
  let pen = false;
  values.forEach((v, i) => {
    if (v === null) {
      pen = false;
      return;
    }
    const x = (i / Math.max(1, values.length - 1)) * W;
    const y = H - 2 - ((Math.min(v, high) - low) / span) * (H - 4);
    path += `${pen ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = true;
  });
  return (
    <svg class="spark" viewBox={`0 0 ${W} ${H}`} role="img" aria-label={label} preserveAspectRatio="none">
      {mark !== undefined && <rect class="mark" x={mark * W} y="0" width={W - mark * W} height={H} />}
      <path d={path} />
    </svg>
  );
}

/** A share as a bar; whoever draws it writes the number, too. */
export function Meter({ percent }: { percent: number | null }) {
  const level = percent === null ? "" : percent >= 95 ? "bad" : percent >= 85 ? "warn" : "ok";
  return (
    <span class="track" aria-hidden="true">
      <span class={`fill ${level}`} style={{ width: `${Math.min(100, Math.max(0, percent ?? 0))}%` }} />
    </span>
  );
}

/** A share as a bar with its number beside it. */
export function Bar({ percent, text }: { percent: number | null; text: string }) {
  return (
    <span class="bar">
      <Meter percent={percent} />
      <span>{text}</span>
    </span>
  );
}

/** A name, what is written, and the exact number behind it where that was rounded. */
export type Fact = [name: string, text: string, exact?: number | null | undefined];

/** Facts by their names, a card each. */
export function Figures({ facts }: { facts: Fact[] }) {
  return (
    <dl class="figures">
      {facts.map(([name, text, exact]) => (
        <div class="card" key={name}>
          <dt>{name}</dt>
          <dd title={exact === null || exact === undefined ? undefined : String(exact)}>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A failure in one part of the page leaves the others standing. */
export class Guard extends Component<{ children: ComponentChildren }, { failure: string }> {
  static override contextType = WordsContext;
  override state = { failure: "" };
  override componentDidCatch(error: Error) {
    console.error(error);
    this.setState({ failure: error.message });
  }
  override render() {
    const { failure } = this.state;
    if (!failure) return this.props.children;
    return (
      <WordsContext.Consumer>
        {({ t }) => (
          <div class="card error" role="alert">
            <p>{t("broken", failure)}</p>
            <button type="button" onClick={() => this.setState({ failure: "" })}>
              {t("try_again")}
            </button>
          </div>
        )}
      </WordsContext.Consumer>
    );
  }
}
