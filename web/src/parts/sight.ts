// How near an element is to what the window shows. One observer for all of them.

const NEAR = "400px";

const nearby = new IntersectionObserver((entries) => tell(entries, "near"), { rootMargin: NEAR });
const inWindow = new IntersectionObserver((entries) => tell(entries, "seen"));
const known = new WeakMap<Element, Sight>();

function tell(entries: IntersectionObserverEntry[], what: "near" | "seen") {
  for (const { target, isIntersecting } of entries) {
    const sight = known.get(target);
    if (!sight) continue;
    sight[what] = isIntersecting;
    if (what !== "near") continue;
    sight.known = true;
    sight.onChange();
  }
}

export class Sight {
  near = false; // in the window, or a short way from it
  seen = false;
  known = false; // not before the page has been laid out
  onChange: () => void = () => {};

  constructor(private readonly element: Element) {
    known.set(element, this);
    inWindow.observe(element);
    nearby.observe(element);
  }

  stop() {
    inWindow.unobserve(this.element);
    nearby.unobserve(this.element);
  }
}
