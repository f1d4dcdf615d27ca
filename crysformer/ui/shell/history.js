// One step back in the browser is one page, crystal or step of the lesson back.
//
// Streamlit adds an entry to the history for every change of the address, also for each of
// those that a page makes by itself while it opens. Such an entry takes the place of the
// one before.

const STEPS_BACK = ["crystal", "upload", "compare", "step"];

export default function keepHistoryShort() {
  const { history, location } = window;
  if (Object.hasOwn(history, "pushState")) return;
  const push = history.pushState.bind(history);
  history.pushState = (state, title, address) => {
    const here = new URL(location.href);
    const there = new URL(address ?? "", here);
    const changed = (name) => {
      const [from, to] = [here.searchParams.get(name), there.searchParams.get(name)];
      return from && to && from !== to;
    };
    if (here.pathname !== there.pathname || STEPS_BACK.some(changed))
      return push(state, title, address);
    return history.replaceState(state, title, address);
  };
}
