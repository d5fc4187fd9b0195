import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./style.css";
import { App } from "./app";
import { startPulse } from "./lib/live";

const root = document.getElementById("app");
if (root) {
  startPulse();
  render(<App />, root);
}
