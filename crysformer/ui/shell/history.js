// One step back in the browser is one page, crystal or step of the lesson back.
//
// Streamlit adds an entry to the history for every change of the address, also for each of
// those that a page makes by itself while it opens. Such an entry takes the place of the
// one before.
//
// When a page is left, Streamlit takes its settings out of its entry. The server puts them
// back on the way back, as far as it has heard of them: a link that is clicked soon after
// a control overtakes it, and the page never runs with its new setting. So the entry gets
// back the address that the page had when the link was clicked.

const STEPS_BACK = ["crystal", "upload", "compare", "step"];

export default function keepHistoryShort() {
  const { history, location } = window;
  if (Object.hasOwn(history, "pushState")) return;
  const push = history.pushState.bind(history);
  let left = null;
  const note = (event) => {
    if (event.target.closest?.("a[href]")) left = new URL(location.href);
  };
  document.addEventListener("click", note, true);
  history.pushState = (state, title, address) => {
    const here = new URL(location.href);
    const there = new URL(address ?? "", here);
    const changed = (name) => {
      const [from, to] = [here.searchParams.get(name), there.searchParams.get(name)];
      return from && to && from !== to;
    };
    const leaves = here.pathname !== there.pathname;
    if (leaves && left?.pathname === here.pathname)
      history.replaceState(history.state, "", left);
    if (leaves) left = null;
    if (leaves || STEPS_BACK.some(changed)) return push(state, title, address);
    return history.replaceState(state, title, address);
  };
}
