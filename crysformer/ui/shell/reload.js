// Uploads outlive a reload: the tab remembers the word under which the server keeps them.
// sessionStorage belongs to one tab and one site, and ends with the tab.

const KEY = "crysformer-files";

export default function ({ data, setStateValue }) {
  let stored = "";
  try {
    if (data.word) sessionStorage.setItem(KEY, data.word);
    stored = sessionStorage.getItem(KEY) ?? "";
  } catch {
    // A browser may forbid storage; then a reload begins anew.
  }
  if (!data.word && (stored || data.must_answer)) setStateValue("word", stored || "nothing");
}
